"""`guitai hold`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from assistant.model.ids import CustomerId
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.erase import told
from channels.composition_evidence import open_privacy
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai hold C1001 --by li.na --reason 'case 2026-77'\n"
    "  guitai hold C1001 --release --by li.na --reason 'case closed'",
)
def hold(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    *,
    by: Annotated[str, typer.Option(help="Who orders it; written to the register.")],
    reason: Annotated[str, typer.Option(help="Why; written to the register.")],
    release: Annotated[bool, typer.Option("--release", help="Lift the hold.")] = False,
) -> None:
    """Place or lift a legal hold: while it stands, nothing of the customer is destroyed."""
    print(asyncio.run(_hold(read_settings(), CustomerId(customer), by, reason, release)))
    raise typer.Exit(exits.OK)


async def _hold(
    settings: Settings, customer: CustomerId, by: str, reason: str, release: bool
) -> str:
    async with open_privacy(settings) as privacy:
        if release:
            return f"hold lifted; {told(await privacy.release(customer, by, reason))}"
        await privacy.hold(customer, by, reason)
        return "hold placed: nothing of this customer is destroyed until it is lifted"
