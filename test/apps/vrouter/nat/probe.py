# What somebody outside, or inside, sees of who asks.
#   probe.py serve ADDRESS PORT   answers over TCP (as HTTP) and UDP with the address and port of who asks
#   probe.py ask ADDRESS PORT [BYTES]   asks over UDP; prints the answer, or the error that came back
#   probe.py many ADDRESS PORT COUNT    asks over UDP from so many ports; prints how many were answered
import errno
import socket
import sys
import threading
import time

role, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ':' in address else socket.AF_INET


def told(peer):
    return f'{peer[0]} {peer[1]}'.encode()


def serve_udp(sock):
    while True:
        try:
            _, peer = sock.recvfrom(9000)
            sock.sendto(told(peer), peer)
        except OSError:
            # One who asked is out of reach: others are answered.
            pass


def answer(connection, peer):
    body = told(peer)
    try:
        with connection:
            connection.settimeout(60)
            connection.recv(9000)
            connection.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body))
    except OSError:
        # Who asked has given up.
        pass


def serve_tcp(listener):
    while True:
        threading.Thread(target=answer, args=listener.accept(), daemon=True).start()


def ask_many(count):
    """The number of those that were answered."""
    asking = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(count)]
    answered = set()
    # Again and again, as any packet may be lost, and others stand still meanwhile.
    for turn in range(8):
        before = len(answered)
        for sock in asking:
            try:
                sock.connect((address, port))
                sock.send(b'x')
            except OSError:
                pass
        for sock in asking:
            sock.settimeout(0.05)
            try:
                sock.recv(9000)
                answered.add(sock)
            except OSError:
                pass
        if turn >= 2 and len(answered) == before:
            break
    return len(answered)


def ask(sock, message):
    """The answer, or the name of the error that came back; the question is repeated, as any packet may be lost."""
    end = time.monotonic() + 20
    unreachable = 0
    while time.monotonic() < end:
        try:
            sock.send(message)
            return sock.recv(9000).decode()
        except TimeoutError:
            pass
        except OSError as error:
            # This machine says so itself where its question for a neighbour's Ethernet address has no answer for 3 s.
            unreachable += error.errno == errno.EHOSTUNREACH
            if error.errno != errno.EHOSTUNREACH or unreachable > 1:
                return errno.errorcode[error.errno]
    return 'timeout'


if role == 'serve':
    listener = socket.create_server((address, port), family=family)
    datagrams = socket.socket(family, socket.SOCK_DGRAM)
    datagrams.bind((address, port))
    threading.Thread(target=serve_udp, args=(datagrams,), daemon=True).start()
    print('ready', flush=True)
    serve_tcp(listener)
elif role == 'many':
    print(ask_many(int(sys.argv[4])))
else:
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(4)
        # IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: never in fragments.
        option = (socket.IPPROTO_IPV6, 23) if ':' in address else (socket.IPPROTO_IP, 10)
        sock.setsockopt(*option, 2)
        sock.connect((address, port))
        print(ask(sock, b'x' * size))
