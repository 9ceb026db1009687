"""`guitai inspect`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.model.release import Release
from assistant.ports import IntentScores
from assistant.understanding.inspect import Trace, inspect
from assistant.understanding.inspect_reasons import chosen, lost
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.cli.understand import Context, public_command, tracker_of
from channels.composition_content import open_understander
from channels.composition_log import machine_clock
from channels.composition_understanding import local_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_PIPE_WIDTH: Final = 140
"""Columns of a table that no terminal limits."""
_DIGITS: Final = 4
_SHOWN_OF_A_PIECE: Final = 3


@app.command(
    epilog="\b\nExample:\n  guitai inspect '卡不见了，帮我锁一下6688'\n"
    "  guitai inspect 五百 --asked amount --flow transfer_money --json",
)
def inspect_text(
    text: Annotated[str, typer.Argument(help="One message.")],
    *,
    asked: Annotated[str | None, typer.Option(help="Slot of the open question.")] = None,
    flow: Annotated[str | None, typer.Option(help="Task under way.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The trace as one JSON object.")] = False,
) -> None:
    """One message taken apart: words, values, scores, pieces, commands and why.

    Shows the local understander; a Rasa server or a language model of the settings is not asked.
    """
    settings = read_settings()
    with bar("embedding") as progress:
        release, make = open_understander(settings, progress)
    clock = machine_clock()
    context = _context(release, asked, flow)
    owner = local_of(make(clock))
    trace = asyncio.run(inspect(owner, text, tracker_of(context, clock), release))
    if as_json:
        print(json.dumps(as_body(trace), ensure_ascii=False, indent=2))
    else:
        show(trace)


def _context(release: Release, asked: str | None, flow: str | None) -> Context:
    """What was going on; names the pack does not have are usage errors."""
    if asked is not None and asked not in release.slots:
        msg = f"no slot is called {asked}; there are {', '.join(sorted(release.slots))}"
        raise typer.BadParameter(msg, param_hint="--asked")
    if flow is not None and flow not in release.flows:
        msg = f"no flow is called {flow}; there are {', '.join(sorted(release.flows))}"
        raise typer.BadParameter(msg, param_hint="--flow")
    return Context(flow=flow, slot=asked)


def as_body(trace: Trace) -> dict[str, Any]:
    """The shape `--json` prints; spans are [start, end) in the message."""
    return {
        "text": trace.text,
        "normalised": trace.normalised,
        "changes": [asdict(change) for change in trace.changes],
        "values": [asdict(value) for value in trace.values],
        "words": [asdict(one) for one in trace.listed],
        "scores": _scores(trace.scores),
        "pieces": [
            {
                "words": piece.words,
                "span": piece.span,
                "was_read": piece.was_read,
                "scores": _scores(piece.scores),
            }
            for piece in trace.pieces
        ],
        "thresholds": asdict(trace.limits),
        "by": trace.by,
        "is_plan": trace.is_plan,
        "commands": [public_command(command) for command in trace.commands],
        "why": chosen(trace),
        "why_not": [*lost(trace)],
    }


def _scores(scores: IntentScores | None) -> dict[str, Any] | None:
    if scores is None:
        return None
    ranked = [{"intent": i, "probability": round(p, _DIGITS)} for i, p in scores.ranked]
    return {"ranked": ranked, "known": round(scores.known, _DIGITS)}


def show(trace: Trace) -> None:
    """Print a trace for people."""
    out = Console()
    console = out if out.is_terminal else Console(width=_PIPE_WIDTH)
    for line in _heading(trace):
        console.print(line, soft_wrap=True)
    tables = (
        ("Values", ("kind", "value", "words", "span", "slot"), _values(trace)),
        ("Listed words", ("list", "words", "span", ""), _listed(trace)),
        ("Classifier", ("intent", "probability"), _ranked(trace.scores)),
        ("Pieces", ("words", "best", "known", ""), _pieces(trace)),
        ("Commands", ("command", "with"), _commands(trace)),
    )
    for title, heads, rows in tables:
        _print_table(console, title, heads, [*rows])
    console.print(f"why      {escape(chosen(trace))}", soft_wrap=True)
    for reason in lost(trace):
        console.print(f"why not  {escape(reason)}", soft_wrap=True)


def _heading(trace: Trace) -> Iterator[str]:
    yield f"text     {escape(trace.text)}"
    yield f"read as  {escape(trace.normalised)}"
    for change in trace.changes:
        words = f"{change.words} → {change.standard}"
        yield f"         {escape(words)}  ({change.by}, {_span(change.span)})"
    if trace.asked is not None:
        yield f"asked    {escape(trace.asked)}"


def _values(trace: Trace) -> Iterator[tuple[str, ...]]:
    for value in trace.values:
        yield value.kind, value.value, value.words, _span(value.span), value.slot or "–"


def _listed(trace: Trace) -> Iterator[tuple[str, ...]]:
    for one in trace.listed:
        yield one.name, one.words, _span(one.span), "whole message" if one.is_whole else ""


def _ranked(scores: IntentScores | None) -> Iterator[tuple[str, ...]]:
    if scores is not None:
        yield from ((intent, f"{probability:.3f}") for intent, probability in scores.ranked)
        yield "(known)", f"{scores.known:.3f}"


def _pieces(trace: Trace) -> Iterator[tuple[str, ...]]:
    for piece in trace.pieces:
        best = piece.scores.ranked[:_SHOWN_OF_A_PIECE]
        shown = ", ".join(f"{intent} {probability:.2f}" for intent, probability in best)
        yield piece.words, shown, f"{piece.scores.known:.2f}", "" if piece.was_read else "not read"


def _commands(trace: Trace) -> Iterator[tuple[str, ...]]:
    for command in trace.commands:
        body = public_command(command)
        named = body.pop("command")
        yield named, " ".join(f"{key}={value}" for key, value in body.items())


def _print_table(
    console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", show_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


def _span(span: tuple[int, int]) -> str:
    return f"{span[0]}–{span[1]}"
