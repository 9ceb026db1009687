"""`guitai actions`."""

from __future__ import annotations

import socket
import sys
from typing import Annotated, Final

import typer

from assistant.errors import SettingsError
from channels.bootstrap import load_release
from channels.cli.configuration import read_settings
from channels.composition_actions import offered_actions, serve_actions
from channels.logs import configure

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_RASA_PORT: Final = 5055
"""Where Rasa looks for an action server unless told otherwise."""


@app.command(
    epilog="\b\nExample:\n  guitai actions\n  GUITAI_ACTION_TOKEN=… guitai actions --port 5056"
)
def actions(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port.")] = _RASA_PORT,
    names: Annotated[bool, typer.Option("--list", help="Only print the actions.")] = False,
) -> None:
    """The actions behind rasa-sdk's webhook: POST /webhook, GET /health, GET /actions.

    Only a caller with the secret of GUITAI_ACTION_TOKEN may vouch for a customer; without one
    every sender is a visitor.
    """
    if names:
        print("\n".join(offered_actions()))
        return
    settings = read_settings()
    release = load_release(settings.content_dir)
    _check_port(host, port)
    configure()
    print(f"Action server: http://{host}:{port}/webhook   bank: {settings.bank_url}", flush=True)
    if settings.action_token is None:
        print("GUITAI_ACTION_TOKEN is not set: every sender is a visitor.", file=sys.stderr)
    serve_actions(settings, release, host=host, port=port)


def _check_port(host: str, port: int) -> None:
    """Find out first.

    Raises:
        SettingsError: The port is taken.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        msg = f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port."
        raise SettingsError(msg) from error
