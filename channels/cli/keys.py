"""`guitai keys`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Literal

import typer

from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_keys import rotate_master, rotate_signing
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.callback()
def keys() -> None:
    """The keys of this deployment."""


@app.command(
    epilog="\b\nExample:\n  guitai keys rotate\n  guitai keys rotate receipts\n\n"
    "Exit codes: 0 rotated, 2 usage or configuration.",
)
def rotate(
    what: Annotated[
        Literal["master", "roots", "receipts"],
        typer.Argument(help="The key that wraps the conversations' keys, or one that signs."),
    ] = "master",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Change a key. What the one before wrapped or signed stays good.

    The master key: every conversation's key is wrapped anew; cut off half way, everything opens,
    and the same command does the rest. A running assistant needs no restart. A backup from before
    needs the former key, which stays below the new one in `master.key`.
    """
    settings = read_settings()
    told = _rotate_master(settings) if what == "master" else _rotate_signing(settings, what)
    if as_json:
        print(json.dumps(told))
    else:
        print("; ".join(f"{name} {value}" for name, value in told.items()))
    raise typer.Exit(exits.OK)


def _rotate_master(settings: Settings) -> dict[str, str | int | bool]:
    size = done = 0

    def begin(keys: int) -> None:
        nonlocal size
        size = keys

    with bar("wrapping keys") as progress:

        def told(batch: int) -> None:
            nonlocal done
            done += batch
            if progress is not None:
                progress(done, max(size, done))

        rotation = asyncio.run(rotate_master(settings, begin, told))
    return {"master": rotation.name, "wrapped": rotation.wrapped, "resumed": rotation.resumed}


def _rotate_signing(
    settings: Settings, what: Literal["roots", "receipts"]
) -> dict[str, str | int | bool]:
    rotated = rotate_signing(settings, what)
    return {"public": rotated.signer.public, "former": rotated.former[-1]}
