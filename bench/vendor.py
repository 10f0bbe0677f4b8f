"""A vendor that accepts every Step 2 after a fixed time and stores nothing.

`python -m bench.vendor PORT SECONDS` serves on loopback until it is ended; requests are read and discarded. It has none
of the sandbox's rules (`argos.sandbox`) and is fast, so that only the caller is measured.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

import requests

from bench import processes
from kycportal.run import free_port

ANSWER = json.dumps(
    {"kycStatus": "pending", "faceSimilarityScore": 91.5, "livenessScore": 93, "retryCount": 0}, separators=(",", ":")
).encode()
NOBODY = b'{"Items":[],"Count":0}'


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await _throw_away(reader, _length(head))
            is_step2 = head.startswith(b"POST")
            if is_step2 and seconds:
                await asyncio.sleep(seconds)
            body = ANSWER if is_step2 else NOBODY
            date = formatdate(time.time(), usegmt=True)
            told = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            writer.write(told.encode() + b"\r\n\r\n" + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)


async def _throw_away(reader: asyncio.StreamReader, length: int) -> None:
    while length > 0:
        length -= len(await reader.read(min(length, 1 << 20)))


async def serve(port: int, seconds: float) -> None:
    server = await asyncio.start_server(lambda r, w: answer(r, w, seconds), "127.0.0.1", port, limit=1 << 21)
    async with server:
        await server.serve_forever()


@contextmanager
def running(seconds: float = 0.0) -> Iterator[str]:
    """Run it in a process of its own; yield its base URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "bench.vendor", str(port), str(seconds)]
    with processes.running(command, lambda: requests.get(f"{url}/", timeout=5), "the stub vendor"):
        yield f"{url}/v3"


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
