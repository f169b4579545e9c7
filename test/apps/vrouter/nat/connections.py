# Connections that are held: `connections.py serve ADDRESS PORT` sends all back that comes in;
# `connections.py hold ADDRESS PORT COUNT` sends a byte on each of COUNT connections ten times a second
# until its input ends, then prints on how many of them all came back.
import select
import socket
import sys
import threading
import time

role, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])


def echo(connection):
    try:
        with connection:
            while part := connection.recv(4096):
                connection.sendall(part)
    except OSError:
        # The other side has gone.
        pass


if role == 'serve':
    listener = socket.create_server((address, port), backlog=256)
    print('ready', flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=echo, args=(connection,), daemon=True).start()

held = [socket.create_connection((address, port), timeout=25) for _ in range(int(sys.argv[4]))]
print('', flush=True)
sent = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for connection in held:
        try:
            connection.sendall(b'x')
        except OSError:
            pass
    sent += 1
    time.sleep(0.1)


def came_back(connection):
    got = 0
    try:
        while got < sent:
            part = connection.recv(4096)
            if not part:
                return False
            got += len(part)
    except OSError:
        return False
    return True


print(sum(came_back(connection) for connection in held))
