"""`python -m evals.wechat_platform`: reads its configuration, says its addresses, runs.

One line of JSON is read from standard input and one is written; the process ends when standard
input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
import threading

import httpx
import uvicorn
from starlette.applications import Starlette

from evals.wechat_platform.api import Api
from evals.wechat_platform.config import Config
from evals.wechat_platform.phone import Phone
from evals.wechat_platform.platform import Platform

_HOST = "127.0.0.1"
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50)


async def run(config: Config) -> None:
    """Serve until standard input ends."""
    async with httpx.AsyncClient(trust_env=False, timeout=30.0, limits=_LIMITS) as http:
        platform = Platform(config, http)
        listening = [_listen(config.api_port), _listen(config.phone_port)]
        servers = [_server(Api(platform).app()), _server(Phone(platform).app())]
        running = [
            asyncio.create_task(server.serve(sockets=[each]))
            for server, each in zip(servers, listening, strict=True)
        ]
        addresses = [f"http://{_HOST}:{each.getsockname()[1]}" for each in listening]
        sys.stdout.write(json.dumps(dict(zip(("api", "phone"), addresses, strict=True))) + "\n")
        sys.stdout.flush()
        ended = asyncio.create_task(_end_of_input())
        await asyncio.wait([ended, *running], return_when=asyncio.FIRST_COMPLETED)
        for server in servers:
            server.should_exit = True
            server.force_exit = True
        await asyncio.gather(*running)


def _listen(port: int) -> socket.socket:
    return socket.create_server((_HOST, port))


def _server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)


async def _end_of_input() -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


def main() -> int:
    """Run; 2 when the configuration cannot be read or a port is taken."""
    # A connection broken on purpose is no news.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    try:
        config = Config.model_validate_json(sys.stdin.readline())
        asyncio.run(run(config))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
