"""A number of GET requests with what a user of Python would pick.

Usage: peers.py pycurl|aiohttp|httpx|requests URL IN_FLIGHT TOTAL. Prints one line of JSON.
"""
import asyncio
import concurrent.futures
import json
import os
import resource
import ssl
import sys
import threading
import time


# A file with the authority of an https server.
AUTHORITY = os.environ.get("BENCH_CA")


def tls_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=AUTHORITY)


def with_pycurl(url: str, in_flight: int, total: int) -> str:
    import io

    import pycurl

    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, in_flight + 8)
    begun = ended = 0

    def begin(handle: pycurl.Curl) -> None:
        nonlocal begun
        handle.body = io.BytesIO()
        handle.setopt(pycurl.WRITEDATA, handle.body)
        begun += 1
        multi.add_handle(handle)

    for _ in range(min(in_flight, total)):
        handle = pycurl.Curl()
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.NOSIGNAL, 1)
        if AUTHORITY:
            handle.setopt(pycurl.CAINFO, AUTHORITY)
            handle.setopt(pycurl.PIPEWAIT, 1)
        begin(handle)
    while ended < total:
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        while True:
            left, done, failed = multi.info_read()
            if failed:
                raise SystemExit(f"pycurl failed: {failed}")
            for handle in done:
                json.loads(handle.body.getvalue())
                ended += 1
                multi.remove_handle(handle)
                if begun < total:
                    begin(handle)
            if not left:
                break
        if ended < total:
            multi.select(1.0)
    return pycurl.version.split()[0] + ", " + pycurl.version.split()[1]


def with_aiohttp(url: str, in_flight: int, total: int) -> str:
    import aiohttp

    async def run() -> None:
        left = total
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight, ssl=tls_context())) as session:

            async def work() -> None:
                nonlocal left
                while left > 0:
                    left -= 1
                    async with session.get(url) as answer:
                        await answer.json()

            await asyncio.gather(*(work() for _ in range(in_flight)))

    asyncio.run(run())
    return f"aiohttp {aiohttp.__version__}"


def with_httpx(url: str, in_flight: int, total: int) -> str:
    import httpx

    async def run() -> None:
        left = total
        limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
        async with httpx.AsyncClient(limits=limits, timeout=60, http2=True, verify=tls_context()) as client:

            async def work() -> None:
                nonlocal left
                while left > 0:
                    left -= 1
                    (await client.get(url)).json()

            await asyncio.gather(*(work() for _ in range(in_flight)))

    asyncio.run(run())
    return f"httpx {httpx.__version__}"


def with_requests(url: str, in_flight: int, total: int) -> str:
    import requests

    local = threading.local()

    def one(_: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        # Given here, an authority goes before those of the environment.
        local.session.get(url, timeout=60, verify=AUTHORITY or True).json()

    with concurrent.futures.ThreadPoolExecutor(min(in_flight, 128)) as pool:
        for _ in pool.map(one, range(total)):
            pass
    return f"requests {requests.__version__}"


def main() -> None:
    name, url, in_flight, total = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    run = {"pycurl": with_pycurl, "aiohttp": with_aiohttp, "httpx": with_httpx, "requests": with_requests}[name]
    start = time.monotonic()
    library = run(url, in_flight, total)
    rate = total / (time.monotonic() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"rate": round(rate, 1), "failed": 0, "peak_kib": peak, "library": library}))


if __name__ == "__main__":
    main()
