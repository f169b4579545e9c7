# A network card by the frame: sends the frames that it reads as lines of hexadecimal digits, each
# with the times that it is sent before it, says so at an empty line, and prints those that arrive.
import select
import socket
import sys
import time

# Bytes: room for all that comes while it sends. Only the forced option may ask for more than net.core.rmem_max.
room = 8 << 20
rcvbufforce = 33

# Seconds. Without it the switch's own buffers would overflow, and frames be lost for no reason of ours.
pause = 0.002

card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
card.setsockopt(socket.SOL_SOCKET, rcvbufforce, room)
card.bind((sys.argv[1], 0))
print('ready', flush=True)

orders = b''
while True:
    readable, _, _ = select.select([card, sys.stdin], [], [])
    if card in readable:
        frame, address = card.recvfrom(65536)
        if address[2] != socket.PACKET_OUTGOING:
            print(frame.hex(), flush=True)
    if sys.stdin in readable:
        some = sys.stdin.buffer.raw.read(65536)
        if not some:
            break
        *lines, orders = (orders + some).split(b'\n')
        for line in lines:
            if not line:
                print('sent', flush=True)
                continue
            times, frame = line.split()
            for _ in range(int(times)):
                card.send(bytes.fromhex(frame.decode()))
                time.sleep(pause)
