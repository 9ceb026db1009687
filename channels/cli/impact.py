"""`guitai impact`: which answers were wrong, or are no longer right, after a document changed."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer

from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_documents import affected
from channels.composition_impact import Affected
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai impact deposit-rates\n"
    "  guitai impact deposit-rates --from 2026-05-01 --to 2026-10-15 --json",
)
def impact(
    document: Annotated[str, typer.Argument(help="Document id.")],
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Earlier version; by default the one before --to."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Newer version; by default the newest.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a reply.")] = False,
    by: Annotated[
        str | None, typer.Option(help="Who reads; the account of this machine without.")
    ] = None,
) -> None:
    """Past conversations whose answer rested on a sentence that changed or is gone.

    Each with the old and the new sentence and a draft of the correction; nothing is sent.
    Exit code 1 when there are any.
    """
    found = asyncio.run(_collect(read_settings(), document, start, end, by))
    for one in found:
        print(json.dumps(_line(one), ensure_ascii=False) if as_json else _text(one))
    if not as_json:
        print(f"{len({one.conversation_id for one in found})} conversation(s)")
    raise typer.Exit(exits.FINDINGS if found else exits.OK)


async def _collect(
    settings: Settings, document: str, start: str | None, end: str | None, by: str | None
) -> list[Affected]:
    return [one async for one in affected(settings, document, start, end, by)]


def _line(one: Affected) -> dict[str, Any]:
    return {
        "conversation_id": one.conversation_id,
        "turn": one.turn,
        "at": one.at.isoformat(),
        "question": one.question,
        "document_id": one.citation.document_id,
        "version": one.citation.version,
        "section": one.citation.section,
        "old": one.change.old,
        "new": one.change.new,
        "draft": one.draft,
    }


def _text(one: Affected) -> str:
    gone = "(gone)" if one.change.new is None else one.change.new
    draft = one.draft.replace("\n", "\n        ")
    return (
        f"{one.conversation_id} turn {one.turn}, {one.at:%Y-%m-%d %H:%M}: {one.question}\n"
        f"  old   {one.change.old}\n  new   {gone}\n  draft {draft}\n"
    )
