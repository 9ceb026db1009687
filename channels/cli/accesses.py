"""`guitai accesses`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from assistant.model.ids import CustomerId
from assistant.ports import PrivacyEntry
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_evidence import open_privacy
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="\b\nExample:\n  guitai accesses C1001\n  guitai accesses C1001 --json")
def accesses(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line an entry.")] = False,
) -> None:
    """Who read, exported, erased or held a customer's data, when and why."""
    for entry in asyncio.run(_entries(read_settings(), CustomerId(customer))):
        if as_json:
            print(entry.model_dump_json())
        else:
            where = entry.conversation_id or "everything"
            print(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.deed:14} {entry.actor}  {where}", end="")
            print(f"  ({entry.reason})" if entry.reason else "")
    raise typer.Exit(exits.OK)


async def _entries(settings: Settings, customer: CustomerId) -> Sequence[PrivacyEntry]:
    async with open_privacy(settings) as privacy:
        return await privacy.entries(customer)
