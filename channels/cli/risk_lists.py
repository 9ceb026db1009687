"""`guitai risk list`: payees, phones and devices that are denied or allowed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from assistant.acting.context import BANK_ZONE
from assistant.model.risk import ListEntry
from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_log import machine_clock
from channels.composition_risk_lists import ListChange, ListError, RiskLists, open_lists

app = typer.Typer(
    help="Payees, phones and devices that are denied or allowed: asked for by one colleague, "
    "decided by another.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
T = TypeVar("T")


class _Kept(StrEnum):
    DENY = "deny"
    ALLOW = "allow"


class _Kind(StrEnum):
    PAYEE = "payee"
    PHONE = "phone"
    DEVICE = "device"


_By = Annotated[str, typer.Option("--by", help="Name of the colleague who does this.")]
_Change = Annotated[int, typer.Argument(help="Number of the change, from `show`.")]


@app.command(epilog="\b\nExample:\n  guitai risk list show\n  guitai risk list show --all --json")
def show(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Ended and refused ones too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The pack's entries, those of the database, and changes that wait for a decision."""
    settings = read_settings()
    today = _today()

    async def read(lists: RiskLists) -> list[dict[str, object]]:
        entries = [_line(each.entry, f"entry {each.id}") for each in await lists.entries()]
        changes = [_change_line(each) for each in await lists.changes()]
        return [*entries, *changes]

    pack = [_line(entry, "pack") for entry in load_release(settings.content_dir).risk.lists]
    lines = [*pack, *_run(read)]
    for line in lines:
        ended = str(line["to"] or "9999") < today.isoformat()
        is_past = ended or line.get("status") in {"approved", "refused"}
        if everything or not is_past:
            print(json.dumps(line, ensure_ascii=False) if as_json else _readable(line))


@app.command(
    epilog="\b\nExample:\n  guitai risk list add --list deny --kind payee --value 6222 "
    "--reason payee_denied --by 陈立\n  guitai risk list add --list allow --kind phone "
    "--value 13800001001 --from 2026-12-01 --to 2026-12-31 --reason travelling --by 陈立",
)
def add(  # noqa: PLR0913 - one option for each field of an entry
    *,
    kept: Annotated[_Kept, typer.Option("--list", help="Which list.")],
    kind: Annotated[_Kind, typer.Option(help="What is listed.")],
    value: Annotated[str, typer.Option(help="Payee id, name or last four; phone; device id.")],
    reason: Annotated[str, typer.Option(help="Reason code.")],
    by: _By,
    first: Annotated[datetime | None, typer.Option("--from", help="First day; today.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", help="Last day; none.")] = None,
) -> None:
    """Ask for an entry; it counts once another colleague has approved it."""
    entry = ListEntry(
        list=kept.value,
        kind=kind.value,
        value=value,
        effective_from=first.date() if first else _today(),
        effective_to=last.date() if last else None,
        reason=reason,
    )
    number = _run(lambda lists: lists.ask_to_add(entry, by, _now()))
    print(f"change {number} waits; another colleague: guitai risk list approve {number} --by NAME")


@app.command(epilog="\b\nExample:\n  guitai risk list end 3 --to 2026-12-31 --by 陈立")
def end(
    entry: Annotated[int, typer.Argument(help="Number of the entry, from `show`.")],
    *,
    by: _By,
    last: Annotated[datetime | None, typer.Option("--to", help="Last day; today.")] = None,
) -> None:
    """Ask for the end of an entry; it goes on until another colleague has approved that."""
    last_day = last.date() if last else _today()
    number = _run(lambda lists: lists.ask_to_end(entry, last_day, by, _now()))
    print(f"change {number} waits; another colleague: guitai risk list approve {number} --by NAME")


@app.command(epilog="\b\nExample:\n  guitai risk list approve 3 --by 周敏")
def approve(change: _Change, *, by: _By) -> None:
    """Put a change into force that somebody else has asked for."""
    done = _run(lambda lists: lists.decide(change, by, _now(), approve=True))
    print(_readable(_change_line(done)))


@app.command(epilog="\b\nExample:\n  guitai risk list refuse 3 --by 周敏")
def refuse(change: _Change, *, by: _By) -> None:
    """Leave the lists as they are; the change stays on record."""
    done = _run(lambda lists: lists.decide(change, by, _now(), approve=False))
    print(_readable(_change_line(done)))


def _run(work: Callable[[RiskLists], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_lists(read_settings()) as lists:
            return await work(lists)

    try:
        return asyncio.run(run())
    except ListError as error:
        print(f"guitai risk list: {error}", file=sys.stderr)
        raise typer.Exit(exits.FINDINGS) from error


def _line(entry: ListEntry, where: str) -> dict[str, object]:
    return {
        "where": where,
        "list": entry.list,
        "kind": entry.kind,
        "value": entry.value,
        "from": entry.effective_from.isoformat(),
        "to": None if entry.effective_to is None else entry.effective_to.isoformat(),
        "reason": entry.reason,
    }


def _change_line(asked: ListChange) -> dict[str, object]:
    fields = {name: getattr(asked, name) for name in ListEntry.__dataclass_fields__}
    return {
        **_line(ListEntry(**fields), f"change {asked.id}"),
        "change": asked.change,
        "entry": asked.entry_id,
        "status": asked.status,
        "maker": asked.maker,
        "checker": asked.checker,
        "asked_at": asked.at.isoformat(),
        "decided_at": None if asked.decided_at is None else asked.decided_at.isoformat(),
    }


def _readable(line: dict[str, object]) -> str:
    days = f"{line['from']} – {line['to'] or ''}"
    people = " → ".join(str(line[name]) for name in ("maker", "checker") if line.get(name))
    parts = [line["where"], line.get("change"), line["list"], line["kind"], line["value"], days]
    parts += [line["reason"], line.get("status"), people]
    return "  ".join(str(part) for part in parts if part)


def _now() -> datetime:
    return machine_clock().now()


def _today() -> date:
    return _now().astimezone(BANK_ZONE).date()
