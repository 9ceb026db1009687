"""`guitai sandbox`."""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import typer
import uvicorn

from channels.cli.configuration import read_settings
from channels.cli.stopping import end_on_signals
from channels.composition_sandbox import sandbox_url, serve_sandbox
from channels.logs import configure

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai sandbox\n  GUITAI_SANDBOX_PORT=8101 guitai sandbox",
)
def sandbox(
    *,
    attached: Annotated[
        bool, typer.Option("--attached", hidden=True, help="End when standard input is closed.")
    ] = False,
) -> None:
    """The sandbox core bank alone, on this machine, until Ctrl-C.

    It keeps its state in the data folder between starts; POST /sandbox/reset restores the seed.
    """
    settings = read_settings()
    configure()
    end_on_signals()
    url = sandbox_url(settings)

    def ready() -> None:
        if not attached:
            print(f"Sandbox core bank: {url}/docs   data: {settings.data_dir}", flush=True)

    def started(server: uvicorn.Server) -> None:
        if attached:
            threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()

    serve_sandbox(settings, ready=ready, started=started)


def _end_with_parent(server: uvicorn.Server) -> None:
    """The parent holds the other end of standard input; however it dies, that end closes."""
    sys.stdin.buffer.read()
    server.should_exit = True
