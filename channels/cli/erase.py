"""`guitai erase`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from assistant.model.ids import CustomerId
from assistant.ports import Erasure
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_evidence import open_privacy
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai erase C1001 --by li.na --reason 'request 2026-118'\n"
    "  guitai erase --due --by li.na",
)
def erase(
    customer: Annotated[str | None, typer.Argument(help="Customer id.")] = None,
    *,
    by: Annotated[str, typer.Option(help="Who carries it out; written to the register.")],
    reason: Annotated[str, typer.Option(help="Why; written to the register.")] = "",
    due: Annotated[
        bool, typer.Option("--due", help="Destroy what waited for the end of a term or a hold.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Destroy the keys of a customer's conversations: nobody can read them again.

    What a legal term (GUITAI_RETENTION_*) or a hold protects is restricted until that ends: kept,
    and read by nobody. The log stays whole: `guitai verify-log`.
    """
    if (customer is None) != due:
        msg = "give a customer, or --due"
        raise typer.BadParameter(msg)
    if customer is not None and not reason:
        msg = "an order needs a --reason"
        raise typer.BadParameter(msg)
    erasure = asyncio.run(_erase(read_settings(), customer, by, reason))
    if as_json:
        print(erasure.model_dump_json())
    else:
        print(told(erasure))
    raise typer.Exit(exits.OK)


async def _erase(settings: Settings, customer: str | None, by: str, reason: str) -> Erasure:
    async with open_privacy(settings) as privacy:
        if customer is None:
            return await privacy.sweep(by)
        return await privacy.erase(CustomerId(customer), by, reason)


def told(erasure: Erasure) -> str:
    """An erasure in words."""
    text = f"{erasure.destroyed} key(s) destroyed, {erasure.restricted} restricted"
    if erasure.held:
        return f"{text}: a legal hold is in force"
    if erasure.until is not None:
        return f"{text}: the last legal term ends {erasure.until.date().isoformat()}"
    return text
