"""`guitai search`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from assistant.acting.context import BANK_ZONE
from assistant.ports.knowledge import SearchScope
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_content import found_lines, open_knowledge, questions_of
from channels.composition_log import machine_clock

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SHOWN: Final = 120


@app.command(
    epilog="\b\nExample:\n  guitai search 大额存单利率\n  guitai search -k 3 --json 挂失要钱吗\n"
    "  guitai search --file questions.jsonl --docs ./manuals\n"
    "  guitai search --on 2026-06-01 --known 2026-06-15 三年定期利率\n"
    "  guitai search --product time-deposit-3y --channel web --audience elder 提前支取",
)
def search(  # noqa: PLR0913 - options of a command
    question: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    *,
    limit: Annotated[int, typer.Option("-k", min=1, max=50, help="Most passages.")] = 5,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help='Lines of {"id", "question"}.'),
    ] = None,
    docs: Annotated[
        Path | None, typer.Option(help="Another folder of documents, indexed first.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", "--as-of", formats=["%Y-%m-%d"], help="Answers as of this day."),
    ] = None,
    known: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="By what the bank said on this day."),
    ] = None,
    audience: Annotated[
        list[str] | None, typer.Option(help="Only documents for this audience; may be repeated.")
    ] = None,
    product: Annotated[str, typer.Option(help="Only documents about this product.")] = "",
    channel: Annotated[str, typer.Option(help="Only documents told on this channel.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a question.")] = False,
) -> None:
    """Ranked passages with scores and citation ids. --file always writes JSON lines."""
    if (question is None) == (file is None):
        msg = "give a question or --file, not both"
        raise typer.BadParameter(msg)
    settings = read_settings()
    questions = questions_of(file, question)
    with bar("embedding") as progress:
        knowledge = open_knowledge(settings, docs, progress, _tell)
    as_of = on.date() if on else machine_clock().now().astimezone(BANK_ZONE).date()
    known_on = known.date() if known else None
    scope = SearchScope(audience=frozenset(audience or ()), product=product, channel=channel)
    within = {"as_of": as_of, "known_on": known_on, "scope": scope}
    asyncio.run(_print(knowledge, questions, within, limit, as_json or file is not None))


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


async def _print(
    knowledge: Any, questions: Sequence[Any], within: Any, limit: int, as_json: bool
) -> None:
    async for line in found_lines(knowledge, questions, limit=limit, **within):
        print(json.dumps(line, ensure_ascii=False) if as_json else _table(line), flush=True)


def _table(line: Any) -> str:
    rows = []
    for hit in line["hits"]:
        text = " ".join(hit["text"].split())
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        rows.append(f"{hit['score']:.3f}  {hit['passage_id']}\n       {shown}")
    return "\n".join(rows) or "nothing found"
