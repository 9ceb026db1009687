"""`guitai documents`: who wrote and who released each document."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from assistant.errors import SettingsError
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_documents import decide, history, standings
from channels.composition_log import machine_clock
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

_Names = Annotated[
    list[str] | None, typer.Argument(help="Documents: path, id, or a pattern with *.")
]
_By = Annotated[str, typer.Option("--by", help="Name of the colleague who does this.")]
_All = Annotated[bool, typer.Option("--all", help="Every document that waits for it.")]
_Pack = Annotated[
    Path | None, typer.Option("--pack", help="The pack; by default the one of GUITAI_CONTENT_DIR.")
]
_PublishOn = Annotated[
    datetime | None,
    typer.Option("--publish-on", formats=["%Y-%m-%d"], help="First day it may be answered from."),
]
_EXAMPLE: Final = "\b\nExample:\n  guitai documents "


@app.callback()
def documents() -> None:
    """Documents as drafts, submitted and approved: one writes, a second person releases.

    A decision counts for one content: after any edit a document is a draft again. Decisions
    are lines of documents/approvals.jsonl.
    """


@app.command("list", epilog=f"{_EXAMPLE}list\n  guitai documents list --status draft")
def list_(
    names: _Names = None,
    *,
    status: Annotated[str | None, typer.Option(help="Only these, e.g. draft.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a document.")] = False,
    pack: _Pack = None,
) -> None:
    """Where each document stands in its present content."""
    found = standings(_settings(pack).content_dir, names or ())
    shown = [one for one in found if status in {None, one.status}]
    for one in shown:
        if as_json:
            print(json.dumps(one.model_dump(mode="json"), ensure_ascii=False))
            continue
        edited = " (edited since it was approved)" if one.edited else ""
        people = " → ".join(name for name in (one.maker, one.checker) if name)
        later = f" from {one.publish_on}" if one.publish_on else ""
        print(f"{one.status:9} {one.file}{edited}{later}  {people}".rstrip())
    if not as_json:
        counted = Counter(one.status for one in found)
        print(", ".join(f"{count} {name}" for name, count in sorted(counted.items())) or "none")


@app.command(epilog=f"{_EXAMPLE}submit deposit-rates --by 陈立")
def submit(names: _Names = None, *, by: _By, everything: _All = False, pack: _Pack = None) -> None:
    """Hand documents to a second person."""
    _decide("submit", names, everything, _settings(pack), by=by)


@app.command(
    epilog=f"{_EXAMPLE}approve deposit-rates --by 周敏 --publish-on 2027-01-01\n"
    "  guitai documents approve --all --by 周敏 --maker 陈立",
)
def approve(
    names: _Names = None,
    *,
    by: _By,
    everything: _All = False,
    publish_on: _PublishOn = None,
    maker: Annotated[
        str, typer.Option("--maker", help="Submit drafts in this name first (a first release).")
    ] = "",
    pack: _Pack = None,
) -> None:
    """Release documents somebody else has submitted."""
    day = publish_on.date() if publish_on else None
    _decide("approve", names, everything, _settings(pack), by=by, publish_on=day, maker=maker)


@app.command(epilog=f"{_EXAMPLE}reject deposit-rates --by 周敏 --reason 三年期利率与公告不一致")
def reject(
    names: _Names = None,
    *,
    by: _By,
    reason: Annotated[str, typer.Option(help="What has to change.")],
    everything: _All = False,
    pack: _Pack = None,
) -> None:
    """Turn down documents, or take back an approval."""
    _decide("reject", names, everything, _settings(pack), by=by, reason=reason)


@app.command("history", epilog=f"{_EXAMPLE}history deposit-rates")
def history_(
    names: Annotated[list[str], typer.Argument(help="Documents: path, id, or a pattern with *.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a decision.")] = False,
    pack: _Pack = None,
) -> None:
    """Every decision about a document, oldest first."""
    for one in history(_settings(pack).content_dir, names):
        if as_json:
            print(json.dumps(one.model_dump(mode="json"), ensure_ascii=False))
        else:
            rest = f"  {one.reason}" if one.reason else ""
            print(f"{one.at:%Y-%m-%d %H:%M}  {one.deed:8} {one.by}  {one.file}"
                  f"  {one.digest[:12]}{rest}")  # fmt: skip


def _settings(pack: Path | None) -> Settings:
    settings = read_settings()
    if pack is not None:
        settings = settings.model_copy(update={"content_dir": pack.absolute()})
    if not settings.content_dir.is_dir():
        msg = f"{settings.content_dir}: not a folder (--pack, or GUITAI_CONTENT_DIR)"
        raise SettingsError(msg)
    return settings


def _decide(
    deed: Any, names: list[str] | None, everything: bool, settings: Settings, **what: Any
) -> None:
    if bool(names) == everything:
        msg = "name documents, or say --all"
        raise typer.BadParameter(msg)
    done = decide(settings, deed, names or (), at=machine_clock().now(), **what)
    for one in done:
        print(f"{one.deed}: {one.file}  {one.digest[:12]}")
    print(f"{len(done)} document(s)")
    raise typer.Exit(exits.OK)
