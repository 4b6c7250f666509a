"""Answers requests for a small JSON document when all of them have come.

Usage: hold_server.py COUNT FIRST. Answers the first FIRST requests at once. Prints its port; then "held" when COUNT requests wait; answers them all when a line comes on
standard input.
"""
import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"


async def main() -> None:
    count, first = int(sys.argv[1]), int(sys.argv[2])
    released = asyncio.Event()
    held = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal held, first
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                if first > 0:
                    first -= 1
                else:
                    held += 1
                    if held == count:
                        print("held", flush=True)
                    await released.wait()
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    released.set()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    server.close()


asyncio.run(main())
