"""TCP connections that run on: `serve PORT` answers what it reads; `run ADDRESS PORT COUNT` opens connections, and
exchanges a few bytes on each all the time. It says `open` once all are, and for each line that it reads, in JSON: how
many connections are `alive`, the exchanges `done` by the slowest of them and the `most` of one, and the errors that ended
the others."""
import json
import select
import socket
import sys
import threading
import time


def answer(connection):
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except OSError:
        pass


def serve(port):
    listener = socket.create_server(('', port), backlog=512)
    print('listening', flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


class Connection:
    def __init__(self, address, port):
        self.socket = socket.create_connection((address, port), timeout=25)
        self.done = 0
        self.error = None
        self.send()

    def send(self):
        self.socket.sendall(b'x' * 100)
        self.left = 100
        self.heard = time.monotonic()

    def push(self):
        """Says something more where nothing is heard: who only waits never learns that the other side is gone."""
        if time.monotonic() - self.heard < 0.5:
            return
        self.heard = time.monotonic()
        try:
            self.socket.send(b'x', socket.MSG_DONTWAIT)
            self.left += 1
        except BlockingIOError:
            pass
        except OSError as error:
            self.error = str(error)

    def exchange(self):
        """Reads what has come; once all has, says the next: a reset that comes between the two ends it as well."""
        try:
            data = self.socket.recv(self.left)
            self.left -= len(data)
            self.heard = time.monotonic()
            if not data:
                raise OSError('closed')
            if self.left == 0:
                self.done += 1
                self.send()
        except OSError as error:
            self.error = str(error)


def run(address, port, count):
    connections = [Connection(address, port) for _ in range(count)]
    print('open', flush=True)
    while True:
        live = [one for one in connections if one.error is None]
        ready, _, _ = select.select([one.socket for one in live] + [sys.stdin], [], [], 0.02)
        for one in live:
            if one.socket in ready:
                one.exchange()
            else:
                one.push()
        if sys.stdin in ready:
            if not sys.stdin.readline():
                return
            alive = [one for one in connections if one.error is None]
            done = [one.done for one in alive]
            report = {'alive': len(alive), 'done': min(done, default=0), 'most': max(done, default=0)}
            print(json.dumps({**report, 'errors': [one.error for one in connections if one.error]}), flush=True)
        time.sleep(0.01)


if sys.argv[1] == 'serve':
    serve(int(sys.argv[2]))
else:
    run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
