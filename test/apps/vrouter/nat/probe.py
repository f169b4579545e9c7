# What somebody outside, or inside, sees of who asks.
#   probe.py serve ADDRESS PORT   answers over TCP (as HTTP) and UDP with the address and port of who asks
#   probe.py ask ADDRESS PORT [BYTES]   asks over UDP; prints the answer, or the error that came back
#   probe.py many ADDRESS PORT COUNT    asks over UDP from so many ports; prints how many were answered
import errno
import socket
import sys
import threading

role, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ':' in address else socket.AF_INET


def told(peer):
    return f'{peer[0]} {peer[1]}'.encode()


def serve_udp():
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        while True:
            _, peer = sock.recvfrom(9000)
            sock.sendto(told(peer), peer)


def serve_tcp(listener):
    while True:
        connection, peer = listener.accept()
        with connection:
            connection.recv(9000)
            body = told(peer)
            connection.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body))


if role == 'serve':
    listener = socket.create_server((address, port), family=family)
    threading.Thread(target=serve_udp, daemon=True).start()
    print('ready', flush=True)
    serve_tcp(listener)
elif role == 'many':
    count = int(sys.argv[4])
    asking = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(count)]
    answered = set()
    # Again and again, as any packet may be lost.
    for _ in range(3):
        for sock in asking:
            sock.connect((address, port))
            sock.send(b'x')
        for sock in asking:
            sock.settimeout(0.05)
            try:
                sock.recv(9000)
                answered.add(sock)
            except OSError:
                pass
    print(len(answered))
else:
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(20)
        # IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: never in fragments.
        option = (socket.IPPROTO_IPV6, 23) if ':' in address else (socket.IPPROTO_IP, 10)
        sock.setsockopt(*option, 2)
        sock.connect((address, port))
        try:
            sock.send(b'x' * size)
            print(sock.recv(9000).decode())
        except OSError as error:
            print(errno.errorcode.get(error.errno, 'timeout'))
