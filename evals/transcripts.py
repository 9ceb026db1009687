"""Transcripts in the documentation, made by real conversations and never by hand.

`python -m evals.transcripts docs/transcripts` talks each of them through on a fresh sandbox bank
and writes it down: what the customer said, what was answered, which events became true, and what
the bank's books hold afterwards. A test holds the events and the books of the written ones.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from channels.bootstrap import make_brain
from channels.settings import Settings
from evals.harness import Conversation, Harness, Setup, TurnRecord

EVENTS: Final = "Events: "
"""Begins the line that tells what became true in a turn."""
BOOKS: Final = "- bank: "
"""Begins a line that tells what the bank holds in the end."""
_TOLD: Final = ("flow", "slot", "value", "action", "outcome", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One conversation to be written down.

    Attributes:
        about: What it shows, a sentence or two.
        says: The customer's messages; one that begins with "/" presses a button.
        balances: Accounts whose balance is read back, by last four digits.
        cards: Cards whose state is read back, by last four digits.
    """

    name: str
    title: str
    about: str
    setup: Setup
    says: Sequence[str]
    balances: Sequence[str] = ()
    cards: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A conversation that was held.

    Attributes:
        books: What the bank holds afterwards, a line each.
    """

    turns: Sequence[TurnRecord]
    books: Sequence[str] = field(default_factory=list)


SCRIPTS: Final = (
    Script(
        name="three-deep",
        title="Three deep, two corrections, one ledger",
        about="A transfer is interrupted by a card to lock, that by a question, and that by the "
        "balance of another card; the customer comes back to each, corrects the amount twice, and "
        "confirms once.",
        setup=Setup(customer="C1001", level=4),
        says=(
            "给妈妈转五百",
            "等等，先帮我锁一下尾号3021那张卡",
            "锁了以后工资还能打进来吗？",
            "6688里还有多少钱",
            "好，锁吧",
            "不对，是六百",
            "还是转450吧",
            "确认",
        ),
        balances=("6688", "3021"),
        cards=("6688", "3021"),
    ),
)


async def talk(script: Script, harness: Harness) -> Told:
    """Hold the conversation on a fresh bank."""
    async with harness.open(script.setup) as conversation:
        turns = [await conversation.say(words) for words in script.says]
        return Told(turns=turns, books=await _books(script, conversation))


def events_of(turn: TurnRecord) -> str:
    """What became true in a turn, without ids: the same in every run."""
    if turn.turn is None:
        return f"refused {turn.error}"
    return " · ".join(_event(event) for event in turn.turn.events) or "none"


def written(script: Script, told: Told) -> str:
    """The transcript as Markdown."""
    lines = [
        f"# {script.title}",
        "",
        f"{script.about} Written by `python -m evals.transcripts docs/transcripts`; a test talks "
        "it through again and compares the events and the books.",
        "",
    ]
    for turn in told.turns:
        lines += [f"**Customer:** {turn.said}", ""]
        for reply in turn.turn.replies if turn.turn is not None else ():
            lines += [f"> {line}" if line else ">" for line in reply.text.splitlines()]
            lines += [">" if reply.text else "> …"]
        if lines[-1] == ">":
            lines.pop()
        lines += ["", f"{EVENTS}{events_of(turn)}", ""]
    lines += ["## Afterwards", "", *(f"{BOOKS}{line}" for line in told.books), ""]
    return "\n".join(lines)


def _event(event: Mapping[str, JsonValue]) -> str:
    told = [str(event[name]) for name in _TOLD if event.get(name) is not None]
    return " ".join([str(event["type"]), *told])


async def _books(script: Script, conversation: Conversation) -> list[str]:
    state = await conversation.bank_state(str(script.setup.customer))
    books = [f"effect {operation}" for operation in await conversation.journal()]
    if not isinstance(state, dict):
        return books
    for account in _with_last4(state.get("accounts"), script.balances):
        balance = account["balance"]
        amount = balance.get("amount") if isinstance(balance, dict) else balance
        books.append(f"account {account['last4']} holds {amount}")
    cards = _with_last4(state.get("cards"), script.cards)
    return [*books, *(f"card {card['last4']} is {card['status']}" for card in cards)]


def _with_last4(items: JsonValue, wanted: Sequence[str]) -> list[dict[str, JsonValue]]:
    listed = items if isinstance(items, list) else []
    return [each for each in listed if isinstance(each, dict) and each.get("last4") in wanted]


async def _write(folder: Path) -> None:
    settings = Settings()
    with tempfile.TemporaryDirectory() as scratch:
        harness = Harness(make_brain(settings), settings, Path(scratch))
        for script in SCRIPTS:
            told = await talk(script, harness)
            path = folder / f"{script.name}.md"
            await asyncio.to_thread(path.write_text, written(script, told), encoding="utf-8")


def main() -> int:
    """Write every transcript into the folder given."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the folder
        sys.stderr.write("usage: python -m evals.transcripts FOLDER\n")
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_write(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
