"""Simulated customers: each wants one thing, says it in a manner of his own, and answers questions.

Everything is drawn from the seed, and clock, bank and models stand still otherwise: the same seed
gives the same transcript. How it ended is judged by the bank's books.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from actions.bank.sandbox.codes import SANDBOX_CODE
from assistant.model.message import ReplyPart, Turn
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.harness import Conversation, Harness, Setup
from evals.simulate.goals import Cast, Goal, Language, Persona, load_cast, phrases
from evals.simulate.verdict import HANDED_OVER, Ended, Ending, Entry, faults, how_it_ended

_TURNS: Final = 14
_OPENINGS: Final = 3
_LEVELS: Final = (3, 4, 4)
_AFFIRM: Final = "/affirm"
_ASKS: Final = "ask_"
_CONFIRM: Final = "ask_confirm_"
_OFFERS: Final = "ask_wants_"
_CODE: Final = re.compile(r"code(_again)?$")
_OFFERED: Final = {"wants_hold": "hold_payments"}
_TOLD: Final = frozenset({"answered", "abstained", "chitchat"})
"""Who wanted something done and was told something instead says it in other words."""

_OPAQUE: Final = re.compile(r"\b([a-z]{1,4})_[0-9A-HJKMNP-TV-Z]{20,}")
"""Ids drawn at random: no two runs have the same."""
_PATIENCE_MS: Final = 60_000
"""A decision about risk that a busy machine delays would give another transcript."""

Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Transcript:
    """One simulated conversation.

    Attributes:
        level: Of the sign-in.
        moves: What the customer did besides: corrects, interrupts, person, withdraws.
        lines: Who said what.
        ended: What the customer left with.
        faults: What must never happen and did.
        stuck_at: Response key of the last question, when the customer was lost.
    """

    number: int
    persona: str
    customer: str
    level: int
    goal: str
    moves: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    ended: Ended = "lost"
    faults: list[str] = field(default_factory=list)
    stuck_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


async def simulate_people(
    brain: Brain,
    settings: Settings,
    episodes: int,
    seed: int,
    tell: Tell | None = None,
    first: int = 0,
) -> list[Transcript]:
    """All conversations, each with a bank of its own.

    Args:
        brain: Content and models.
        settings: The deployment's.
        episodes: How many.
        seed: Same seed, same transcripts.
        tell: Told after each.
        first: Number of the first.
    """
    found: list[Transcript] = []
    cast = load_cast()
    risk = replace(brain.release.risk, time_out_ms=_PATIENCE_MS)
    patient = replace(brain, release=replace(brain.release, risk=risk))
    with tempfile.TemporaryDirectory(prefix="guitai-people-") as folder:
        harness = Harness(patient, settings, Path(folder))
        for number in range(first, first + episodes):
            found.append(await _one(harness, cast, seed, number))
            if tell is not None:
                tell(number + 1 - first, episodes)
    return found


async def _one(harness: Harness, cast: Cast, seed: int, number: int) -> Transcript:
    draw = random.Random(f"people/{seed}/{number}")
    goal, persona = draw.choice(cast.goals), draw.choice(cast.personas)
    customer = persona.customer
    if customer not in goal.customers:
        customer = draw.choice(list(goal.customers))
    told = Transcript(number, persona.id, customer, draw.choice(_LEVELS), goal.id)
    values = dict(goal.customers[customer])
    corrected = dict(values)
    for name, choices in goal.values.items():
        values[name], corrected[name] = draw.sample(choices, 2)
    told.moves = [move for move, share in persona.habits.items() if draw.random() < share]
    setup = Setup(customer=customer, level=told.level)
    async with harness.open(setup) as conversation:
        person = _Person(cast, goal, persona, conversation, told, draw, values, corrected)
        before = await conversation.bank_state(customer)
        await person.talk()
        end = Ending(
            goal=goal,
            events=await conversation.events(),
            journal=[Entry(*each) for each in await conversation.entries()],
            consents=person.consents,
            values=person.values,
            before=before,
            after=await conversation.bank_state(customer),
            is_withdrawn=person.is_withdrawn,
            release=conversation.release,
        )
    told.ended, told.faults = how_it_ended(end), faults(end)
    told.lines = _without_random_ids(told.lines)
    return told


@dataclass(slots=True)
class _Person:
    """One customer in one conversation.

    Attributes:
        values: What is wanted, as last said.
        corrected: What a correction changes it to.
        consents: Operations agreed to, once for each yes.
        openings_said: How often the wish was put.
    """

    cast: Cast
    goal: Goal
    persona: Persona
    conversation: Conversation
    told: Transcript
    draw: random.Random
    values: dict[str, str]
    corrected: dict[str, str]
    consents: list[str] = field(default_factory=list)
    is_withdrawn: bool = False
    openings_said: int = 0
    moves_made: set[str] = field(default_factory=set)
    last_words: str = ""

    async def talk(self) -> None:
        """Until there is nothing more to say."""
        for words in self.goal.before.values():
            await self._until_quiet(words.format(**self.values))
        await self._until_quiet(self._opening())

    async def _until_quiet(self, opening: str | None) -> None:
        words = opening
        for _ in range(_TURNS):
            if words is None:
                return
            turn = await self._say(words)
            words = self._next(turn) if turn is not None else None

    async def _say(self, words: str) -> Turn | None:
        self.told.lines.append(("customer", words))
        self.last_words = words
        record = await self.conversation.say(words)
        if record.turn is None:
            self.told.stuck_at = f"refused with {record.error}"
            return None
        self.told.lines += [("assistant", part.text) for part in record.turn.replies]
        return record.turn

    def _next(self, turn: Turn) -> str | None:
        """What to say now; None when the matter is over for this customer."""
        last = turn.replies[-1] if turn.replies else ReplyPart(text="")
        key = str(last.response_key).removeprefix("utter_")
        self.told.stuck_at = key
        kinds = {str(event.get("type")) for event in turn.events}
        if self.is_withdrawn or kinds & HANDED_OVER:
            return None
        is_read_back = any(button.payload == _AFFIRM for button in last.buttons) and (
            key.startswith(_CONFIRM) or key.removeprefix(_ASKS) in _OFFERED
        )
        move = self._move(key, is_read_back=is_read_back)
        if move is not None:
            return move
        if is_read_back:
            return self._agree(key)
        if _CODE.search(key):
            return SANDBOX_CODE
        if key.startswith(_ASKS):
            return self._answer(key.removeprefix(_ASKS), last)
        return self._otherwise(key, last, kinds)

    def _move(self, key: str, *, is_read_back: bool) -> str | None:
        """A habit, once each, where it fits."""
        is_asked = key.startswith(_ASKS) and bool(self.openings_said)
        fits = {
            "interrupts": is_asked,
            "person": is_asked,
            "withdraws": is_asked,
            "corrects": is_read_back and bool(self.goal.corrects) and self._is_for_goal(key),
        }
        for move in self.told.moves:
            if move in self.moves_made or not fits[move]:
                continue
            self.moves_made.add(move)
            if move == "corrects":
                self.values.update(self.corrected)
                return self._pick(self.goal.corrects)
            self.is_withdrawn = self.is_withdrawn or move == "withdraws"
            return self._pick(self.cast.words[move])
        return None

    def _is_for_goal(self, key: str) -> bool:
        return key == f"{_CONFIRM}{self.goal.operation}"

    def _agree(self, key: str) -> str:
        name = key.removeprefix(_ASKS)
        self.consents.append(_OFFERED.get(name) or key.removeprefix(_CONFIRM))
        return self.draw.choice(self.persona.agrees)

    def _answer(self, slot: str, last: ReplyPart) -> str | None:
        answers = self.goal.answers.get(slot)
        if answers is not None:
            return self._pick(answers)
        if slot.startswith("wants_"):
            return self._pick(self.cast.words["no_offer"])
        if slot == "rephrase":
            return self._opening()
        return last.buttons[0].title if last.buttons else None

    def _otherwise(self, key: str, last: ReplyPart, kinds: set[str]) -> str | None:
        """No question, or one about the talk itself."""
        if "clarified" in kinds:
            wanted = [b for b in last.buttons if self.goal.id in b.payload]
            return wanted[0].title if wanted else self._opening()
        said = self.cast.words["interrupts"]
        if self.last_words in {one for each in said.values() for one in each}:
            return self._pick(self.cast.words["onward"])
        is_told_instead = bool(kinds & _TOLD) and bool(self.goal.operation or self.goal.action)
        if "cannot_handle" in kinds or (is_told_instead and not self.consents):
            return self._opening()
        return None

    def _opening(self) -> str | None:
        """The wish; put anew when it was not understood, three times at most."""
        self.openings_said += 1
        if self.openings_said > _OPENINGS:
            return None
        words = self._pick(self.goal.openings)
        frame = "{words}" if self.openings_said > 1 else self.draw.choice(self.persona.frames)
        return frame.format(words=words)

    def _pick(self, of: dict[Language, tuple[str, ...]]) -> str:
        return self.draw.choice(phrases(of, self.persona.language)).format(**self.values)


def _without_random_ids(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Random ids by number, in the order they come up."""
    known: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return known.setdefault(found[0], f"{found[1]}_{len(known) + 1}")

    return [(who, _OPAQUE.sub(numbered, words)) for who, words in lines]
