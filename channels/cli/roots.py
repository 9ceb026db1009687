"""`guitai roots`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_evidence import export_root

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="\b\nExample:\n  guitai roots\n  guitai roots --json")
def roots(
    *, as_json: Annotated[bool, typer.Option("--json", help="The root as JSON.")] = False
) -> None:
    """Export a signed root of the log now, and tell the public key that checks it.

    A running assistant does so by itself (GUITAI_ROOTS_EVERY_S). Keep the key and the folder
    GUITAI_ROOTS_DIR where whoever can write to the database cannot write.
    """
    settings = read_settings()
    statement, public = asyncio.run(export_root(settings))
    if as_json:
        print(json.dumps({"root": statement, "key": public}))
    elif statement is None:
        print(f"nothing was appended since the last root; key {public}")
    else:
        print(
            f"root {statement['number']} over {statement['conversations']} conversation(s), "
            f"{statement['events']} events: {statement['root']}\nkey {public}"
        )
    raise typer.Exit(exits.OK)
