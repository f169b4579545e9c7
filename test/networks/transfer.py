# TCP between containers: `transfer.py serve ADDRESS MARK` gives what comes in, reversed and marked, back;
# `transfer.py fetch ADDRESS BYTES` prints the mark of who answered, or an error.
import os
import socket
import sys

role, address = sys.argv[1:3]
family = socket.AF_INET6 if ':' in address else socket.AF_INET
port = 7777


def everything(connection):
    parts = []
    while part := connection.recv(1 << 16):
        parts.append(part)
    return b''.join(parts)


if role == 'serve':
    listener = socket.create_server((address, port), family=family)
    print('ready', flush=True)
    while True:
        connection, _ = listener.accept()
        # Who gives up must not end the server for those who come later.
        try:
            with connection:
                connection.sendall(sys.argv[3].encode() + b'\n' + everything(connection)[::-1])
        except OSError as error:
            print(f'{sys.argv[3]}: a connection broke: {error}', file=sys.stderr, flush=True)
else:
    data = os.urandom(int(sys.argv[3]))
    with socket.create_connection((address, port), timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        mark, _, answer = everything(connection).partition(b'\n')
    print(mark.decode() if answer == data[::-1] else 'what came back is not what was sent')
