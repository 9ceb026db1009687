"""`docs/understanding-inspect.md`: ten hard sentences, each taken apart by the real understander.

`python -m evals.inspect_page docs/understanding-inspect.md` writes the part between the page's
marks anew. A test holds the commands; scores move with the examples and are not compared.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from assistant.adapters.system import SystemClock
from assistant.model.release import Release
from assistant.understanding.inspect import Piece, Trace, inspect
from assistant.understanding.inspect_reasons import chosen, lost
from assistant.understanding.local import LocalUnderstander
from channels.cli.understand import Context, public_command, tracker_of
from channels.composition_content import open_understander
from channels.composition_understanding import local_of
from channels.settings import Settings

BEGIN: Final = "<!-- sentences: written by python -m evals.inspect_page -->"
END: Final = "<!-- end of sentences -->"
COMMANDS: Final = "| commands | "
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence worth looking into.

    Attributes:
        about: What makes it hard.
        asked: Slot of the open question.
        flow: Task under way.
    """

    text: str
    about: str
    asked: str | None = None
    flow: str | None = None


SENTENCES: Final = (
    Sentence(text="卡不见了，帮我锁一下6688", about="A reason is no wish."),
    Sentence(text="先查下余额，再给妈妈转五百", about="Two wishes, each sure by itself."),
    Sentence(text="查下余额，顺便问问大额存单利率多少", about="A wish and a question."),
    Sentence(text="不是转账，是锁卡", about="What is not wanted stands beside what is."),
    Sentence(
        text="这张卡磁条坏了，刷不出来，给我换一张", about="Two reasons and a wish about a card."
    ),
    Sentence(text="给妈妈转200，从3021走", about="Four digits that are no amount."),
    Sentence(text="幫我掛矢張卡，６６８８", about="Traditional, a homophone, full-width figures."),
    Sentence(
        text="五百，不，六百",
        about="A value corrected within the answer.",
        asked="amount",
        flow="transfer_money",
    ),
    Sentence(
        text="改成李四",
        about="A new value without the name of what it is for, while the amount is asked for.",
        asked="amount",
        flow="transfer_money",
    ),
    Sentence(text="查一下我工行卡余额", about="A card that is another bank's."),
)


async def trace_of(sentence: Sentence, owner: LocalUnderstander, release: Release) -> Trace:
    """The sentence as it is read today."""
    slots: dict[str, JsonValue] = {"payee": "妈妈"} if sentence.flow == "transfer_money" else {}
    context = Context(flow=sentence.flow, slot=sentence.asked, slots=slots)
    return await inspect(owner, sentence.text, tracker_of(context, SystemClock()), release)


def commands_row(trace: Trace) -> str:
    """The commands without their scores."""
    return COMMANDS + "; ".join(_command(trace)) + " |"


def section(number: int, sentence: Sentence, trace: Trace) -> str:
    """One sentence of the page."""
    where = f" (`--asked {sentence.asked} --flow {sentence.flow}`)" if sentence.asked else ""
    rows = [f"| read as | {trace.normalised} |", *_rows(trace)]
    rows += [commands_row(trace), f"| why | {chosen(trace)} |"]
    rows += [f"| why not | {reason} |" for reason in lost(trace)]
    head = ["| stage | seen |", "|---|---|"]
    title = f"## {number}. {sentence.text}"
    return "\n".join([title, "", f"{sentence.about}{where}", "", *head, *rows, ""])


def _rows(trace: Trace) -> Iterator[str]:
    changes = "; ".join(f"{c.words} → {c.standard} ({c.by})" for c in trace.changes)
    values = "; ".join(
        f"{v.kind} `{v.value}` from “{v.words}” → " + (f"`{v.slot}`" if v.slot else "not taken")
        for v in trace.values
    )
    listed = "; ".join(f"“{one.words}” `{one.name}`" for one in trace.listed)
    for name, seen in (("changed", changes), ("values", values), ("listed words", listed)):
        if seen:
            yield f"| {name} | {seen} |"
    if trace.scores is not None:
        known = f"; known {trace.scores.known:.2f}"
        yield f"| classifier | {_ranked(trace.scores.ranked)}{known} |"
    for piece in trace.pieces:
        yield f"| piece | {_piece(piece)} |"


def _piece(piece: Piece) -> str:
    unread = "" if piece.was_read else " (not read)"
    return f"“{piece.words}” {_ranked(piece.scores.ranked)}{unread}"


def _ranked(ranked: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"`{intent}` {score:.2f}" for intent, score in ranked[:_SHOWN])


def _command(trace: Trace) -> Iterator[str]:
    for command in trace.commands:
        body = public_command(command)
        kept = {k: v for k, v in body.items() if k not in {"command", "confidence", "span"} and v}
        yield " ".join([f"`{body['command']}", *(f"{k}={v}" for k, v in kept.items())]) + "`"


async def _sections(owner: LocalUnderstander, release: Release) -> str:
    traces = [await trace_of(sentence, owner, release) for sentence in SENTENCES]
    pairs = zip(SENTENCES, traces, strict=True)
    return "\n".join(section(number, s, trace) for number, (s, trace) in enumerate(pairs, 1))


def main() -> int:
    """Write the sentences of the page anew."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the page
        sys.stderr.write("usage: python -m evals.inspect_page FILE\n")
        return 2
    page = Path(sys.argv[1])
    release, make = open_understander(Settings())
    written = asyncio.run(_sections(local_of(make(SystemClock())), release))
    text = page.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    new = between.sub(lambda _: f"{BEGIN}\n\n{written}\n{END}", text)
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
