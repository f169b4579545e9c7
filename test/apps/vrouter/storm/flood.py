# Sends frames by a network card, one after the other and again from the first, for some seconds, as fast as
# it can, and on until it is a flood where the machine stood still: they are lines of hexadecimal digits on standard
# input. Prints how many it has sent, and the seconds.
import socket
import sys
import time

card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
card.bind((sys.argv[1], 0))
seconds = float(sys.argv[2])
frames = [bytes.fromhex(line) for line in sys.stdin]

sent = 0
begin = time.monotonic()
while time.monotonic() - begin < seconds or sent < 5_000:
    for frame in frames[sent % len(frames):][:100]:
        try:
            card.send(frame)
            sent += 1
        except OSError:
            # The card's queue is full.
            time.sleep(0.001)
print(sent, time.monotonic() - begin)
