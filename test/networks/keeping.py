# Many TCP connections at once: `keeping.py serve ADDRESS` gives back all that comes in; `keeping.py hold ADDRESS COUNT`
# opens so many, says `ready`, sends on each again and again until its standard input ends, and says how many broke.
import asyncio
import sys

role, address = sys.argv[1:3]
port = 7778
# Seconds in which an answer must come: TCP repeats what is lost well within, on a busy machine, too.
patience = 60
# Answers that each waits for at least, however soon it is told to end.
fewest = 4


async def give_back(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve():
    server = await asyncio.start_server(give_back, address, port)
    print('ready', flush=True)
    await server.serve_forever()


async def hold_one(connection, ended):
    reader, writer = connection
    rounds = 0
    while rounds < fewest or not ended.is_set():
        writer.write(b'%d\n' % rounds)
        answer = await asyncio.wait_for(reader.readline(), patience)
        if answer != b'%d\n' % rounds:
            raise ConnectionError('what came back is not what was sent')
        rounds += 1
        await asyncio.sleep(0.2)
    return rounds


async def hold(count):
    connections = [await asyncio.open_connection(address, port) for _ in range(count)]
    ended = asyncio.Event()
    held = [asyncio.ensure_future(hold_one(one, ended)) for one in connections]
    print('ready', flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    ended.set()
    results = await asyncio.gather(*held, return_exceptions=True)
    broken = [one for one in results if isinstance(one, BaseException)]
    rounds = [one for one in results if not isinstance(one, BaseException)]
    print(len(broken), min(rounds, default=0), flush=True)


asyncio.run(serve() if role == 'serve' else hold(int(sys.argv[3])))
