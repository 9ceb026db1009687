"""`guitai ledger`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Final

import typer

from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_ledger import ledger_entries, ledger_entry

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Changes asked of the bank: what became of each.",
    no_args_is_help=True,
)

_STATES: Final = ("open", "intended", "sending", "abandoned", "unknown", "done", "refused")


@app.command(
    "list",
    epilog="\b\nExample:\n  guitai ledger list\n  guitai ledger list --state open --json\n\n"
    "Exit codes: 0 ok, 2 usage or configuration.",
)
def list_entries(
    *,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(_STATES)}.")] = None,
    limit: Annotated[int, typer.Option("-n", min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The newest changes, newest first; personal data masked."""
    if state is not None and state not in _STATES:
        msg = f"--state {state} is not known; one of {', '.join(_STATES)}"
        raise typer.BadParameter(msg)
    for one in asyncio.run(ledger_entries(read_settings(), state, limit)):
        if as_json:
            print(json.dumps(one.as_json(), ensure_ascii=False))
            continue
        end = one.receipt_id or one.reason or ""
        at = f"{one.created_at:%Y-%m-%d %H:%M:%S}"
        print(f"{at}  {one.key}  {one.customer_id or '-'}  {one.action}  {one.state}  {end}")


@app.command(
    epilog="\b\nExample:\n  guitai ledger show act_5f1c\n  guitai ledger show act_5f1c --json\n\n"
    "Exit codes: 0 ok, 1 there is no such change, 2 usage or configuration.",
)
def show(
    key: Annotated[str, typer.Argument(help="Key of the change, or how it begins.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    by: Annotated[
        str | None, typer.Option(help="Who looks; the account of this machine without.")
    ] = None,
) -> None:
    """One change, explained; that it was looked at is written to the register."""
    one = asyncio.run(ledger_entry(read_settings(), key, by))
    if one is None:
        typer.echo(f"There is no change {key}, or more than one begins so.", err=True)
        raise typer.Exit(exits.FINDINGS)
    if as_json:
        print(json.dumps({**one.as_json(), "explained": one.explained()}, ensure_ascii=False))
        return
    for name, value in one.as_json().items():
        if value not in (None, [], ()):
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            print(f"{name:>15}  {text}")
    print(one.explained())
