"""`guitai gaps`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Annotated, Any, Final

import typer

from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_gaps import GapReport, mine_gaps

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SHOWN: Final = 100


@app.command(epilog="\b\nExample:\n  guitai gaps\n  guitai gaps -n 5 --json")
def gaps(
    *,
    limit: Annotated[int, typer.Option("-n", min=1, max=500, help="Most gaps.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a gap.")] = False,
    by: Annotated[
        str | None, typer.Option(help="Who reads; the account of this machine without.")
    ] = None,
) -> None:
    """What customers asked and the documents did not answer, or answered badly.

    Questions are grouped and ranked by how often they were asked, each group with the closest
    passages as a draft and the department that owns them. Personal data is masked.
    """
    with bar("embedding") as progress:
        found = asyncio.run(mine_gaps(read_settings(), limit, by, progress))
    for report in found:
        print(json.dumps(_line(report), ensure_ascii=False) if as_json else _text(report))
    if not found and not as_json:
        print("no gaps: every question was answered and none was rated low")
    raise typer.Exit(exits.OK)


def _line(report: GapReport) -> dict[str, Any]:
    gap = report.gap
    return {
        "question": gap.example,
        "count": gap.count,
        "conversations": gap.conversations,
        "reasons": dict(Counter(one.reason for one in gap.questions)),
        "first_at": gap.questions[0].at.isoformat(),
        "last_at": gap.questions[-1].at.isoformat(),
        "wordings": list(dict.fromkeys(one.text for one in gap.questions)),
        "owner": report.owner,
        "closest": [
            {
                "passage_id": hit.passage_id,
                "title": hit.title,
                "section": hit.section,
                "version": hit.version,
                "score": round(hit.score, 3),
                "text": hit.text,
            }
            for hit in report.closest
        ],
    }


def _text(report: GapReport) -> str:
    gap = report.gap
    reasons = ", ".join(f"{n} {why}" for why, n in Counter(q.reason for q in gap.questions).items())
    lines = [f"{gap.count}x  {gap.example}   ({reasons}; {gap.conversations} conversation(s))"]
    others = [text for text in dict.fromkeys(q.text for q in gap.questions) if text != gap.example]
    lines += [f"      also: {text}" for text in others[:3]]
    if report.owner:
        lines.append(f"      owner: {report.owner}")
    for hit in report.closest:
        text = " ".join(hit.text.split())[:_SHOWN]
        lines.append(f"      {hit.score:.2f}  {hit.title} / {hit.section} ({hit.version}): {text}")
    return "\n".join(lines)
