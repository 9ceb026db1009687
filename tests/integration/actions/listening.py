"""A Sanic application on a free port of this machine, for as long as a test needs it."""

import socket
from contextlib import asynccontextmanager

import httpx
from sanic import Sanic


@asynccontextmanager
async def client_of(app):
    """A client whose base URL is the application."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    server = None
    # Sanic rewrites its own methods at start-up, which works once in a process.
    app.config.TOUCHUP = False
    try:
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        await server.before_start()
        await server.after_start()
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
            yield client
    finally:
        Sanic.unregister_app(app)
        if server is not None:
            await server.before_stop()
            server.close()
            await server.wait_closed()
            await server.after_stop()
        listener.close()
