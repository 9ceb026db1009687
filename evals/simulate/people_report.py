"""What simulated customers left with, for people and for files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, get_args

from evals.printing import percent, print_table, say
from evals.simulate.people import Transcript
from evals.simulate.verdict import Ended

_ENDINGS: Final[tuple[Ended, ...]] = get_args(Ended)
_HEADS: Final = ("customers", *_ENDINGS, "faults")


def print_people(found: Sequence[Transcript], seed: int) -> None:
    """By task, by persona, and every conversation that went wrong."""
    print_table("by task", ("task", *_HEADS), _rows(found, lambda each: each.goal))
    print_table("by persona", ("persona", *_HEADS), _rows(found, lambda each: each.persona))
    for each in found:
        if each.faults or each.ended == "lost":
            _print_one(each, seed)
    say(_summary(found))


def write_people(folder: Path, found: Sequence[Transcript], seed: int) -> None:
    """`people.md` with the tables, `people.jsonl` with every transcript."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"# Simulated customers, seed {seed}", "", _summary(found), ""]
    tables: tuple[tuple[str, Callable[[Transcript], str]], ...] = (
        ("task", lambda each: each.goal),
        ("persona", lambda each: each.persona),
    )
    for name, of in tables:
        lines += [f"| {' | '.join((name, *_HEADS))} |", f"|---{'|--:' * len(_HEADS)}|"]
        lines += [f"| {' | '.join(row)} |" for row in _rows(found, of)]
        lines.append("")
    (folder / "people.md").write_text("\n".join(lines), encoding="utf-8")
    transcripts = [json.dumps(each.as_json(), ensure_ascii=False) for each in found]
    (folder / "people.jsonl").write_text("\n".join(transcripts) + "\n", encoding="utf-8")


def _rows(found: Sequence[Transcript], of: Callable[[Transcript], str]) -> list[tuple[str, ...]]:
    groups = sorted({of(each) for each in found})
    return [_row(name, [each for each in found if of(each) == name]) for name in groups] + [
        _row("all", found)
    ]


def _row(name: str, found: Sequence[Transcript]) -> tuple[str, ...]:
    counts = Counter(each.ended for each in found)
    wrong = sum(bool(each.faults) for each in found)
    numbers = (len(found), *(counts[ending] for ending in _ENDINGS), wrong)
    return (name, *(str(number) for number in numbers))


def _summary(found: Sequence[Transcript]) -> str:
    counts = Counter(each.ended for each in found)
    parts = [f"{counts[ending]} {ending.replace('_', ' ')}" for ending in _ENDINGS]
    wrong = sum(bool(each.faults) for each in found)
    served = percent(1 - counts["lost"] / len(found)) if found else "-"
    return f"{len(found)} customers: {', '.join(parts)}; served {served}; {wrong} with a fault"


def _print_one(each: Transcript, seed: int) -> None:
    moves = f", {', '.join(each.moves)}" if each.moves else ""
    say(f"— {each.number}: {each.persona} {each.customer}, {each.goal}{moves}")
    for who, words in each.lines:
        say(f"{who}: {words}")
    for fault in each.faults:
        say(f"FAULT {fault}")
    if each.ended == "lost":
        say(f"lost at {each.stuck_at}")
    say(f"  again: guitai simulate --seed {seed} --first {each.number} --episodes 1")
