"""Running attacks, and other people's texts, and writing down how they ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from channels.bootstrap import Brain
from channels.settings import Settings
from evals.attacks.cases import Attack, AttackFileError, Step
from evals.attacks.judge import Finding, judge
from evals.attacks.planted_documents import with_planted
from evals.attacks.playing import Played, play
from evals.attacks.world import Alter, World, unaltered

_ANSWERS = (
    "recommended", "answered", "abstained", "handoff_requested", "flow_started", "clarified",
    "chitchat", "cannot_handle",
)  # fmt: skip
"""Public events that tell what became of words; the first that occurred names the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackResult:
    """One attack and what it achieved; nothing is what it should be."""

    played: Played
    findings: tuple[Finding, ...]

    @property
    def attack(self) -> Attack:
        """The case."""
        return self.played.attack


async def run_attacks(
    attacks: Sequence[Attack],
    brain: Brain,
    settings: Settings,
    folder: Path,
    alter: Alter = unaltered,
) -> AsyncIterator[AttackResult]:
    """Play attacks one after another, each on an assistant and a bank of its own.

    Args:
        attacks: In the order to play them.
        brain: Content and models.
        settings: The deployment's; where the pack is.
        folder: Scratch folder.
        alter: Changes the assistant, for a test of the judge.
    """
    plain = World(brain, folder, alter)
    planted = plain
    if any(attack.documents for attack in attacks):
        planted = World(with_planted(brain, settings, folder), folder, alter)
    for attack in attacks:
        played = await play(attack, planted if attack.documents else plain)
        yield AttackResult(played=played, findings=tuple(judge(played)))


def read_texts(file: Path) -> list[Attack]:
    """Texts of other people, {"text", "id"?, "category"?} a line, as two attacks each.

    One is sent by a visitor, the other by C1001 at level 4 who has just been read back a transfer.

    Raises:
        AttackFileError: A line is not such an object; the message names it.
    """
    attacks: list[Attack] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            text, name = str(row["text"]), str(row.get("id", number))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            msg = f"{file}:{number}: not an object with a text"
            raise AttackFileError(msg) from error
        words = Step(text=text or " ")
        kind = str(row.get("category", "texts"))
        visitor = Attack(name=f"{name} visitor", who="visitor", say=(words,), category=kind)
        transfer = (Step(text="给妈妈转50块"), words)
        attacks += [visitor, Attack(name=f"{name} mid-transfer", say=transfer, category=kind)]
    return attacks


def answered_as(result: AttackResult) -> str:
    """What became of the last words: an event of the contract, or the code of the refusal."""
    said = [exchange for exchange in result.played.exchanges if exchange.said]
    answer = said[-1].answers[-1].json
    if "code" in answer:
        return str(answer["code"])
    types = {str(event.get("type")) for event in answer.get("events") or ()}
    return next((name for name in _ANSWERS if name in types), "talk")


def as_report(results: Sequence[AttackResult]) -> dict[str, JsonValue]:
    """Everything about a run; the shape of `report.json`."""
    categories = dict.fromkeys(result.attack.category for result in results)
    return {
        "attacks": len(results),
        "with_findings": sum(bool(result.findings) for result in results),
        "categories": [
            _category(name, [r for r in results if r.attack.category == name])
            for name in categories
        ],
        "results": [_result(result) for result in results],
    }


def write_report(folder: Path, report: dict[str, JsonValue]) -> Path:
    """Write `attacks.json`.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "attacks.json"
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _category(name: str, results: Sequence[AttackResult]) -> JsonValue:
    answers = Counter(answered_as(result) for result in results)
    return {
        "category": name,
        "attacks": len(results),
        "steps": sum(len(result.attack.say) for result in results),
        "with_findings": sum(bool(result.findings) for result in results),
        "answered_as": dict(answers.most_common()),
    }


def _result(result: AttackResult) -> JsonValue:
    return {
        "id": result.attack.id,
        "answered_as": answered_as(result),
        "journal": [str(row["operation"]) for row in result.played.journal],
        "findings": [
            {"rule": each.rule, "what": each.what, "step": each.step} for each in result.findings
        ],
    }
