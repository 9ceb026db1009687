"""What simulated customers come for and how they speak: `goals.yml`, `personas.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

_HERE: Final = Path(__file__).parent
Language = Literal["zh", "yue", "en"]
Phrases = dict[Language, tuple[str, ...]]
_T = TypeVar("_T", bound=BaseModel)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(_Entry):
    """What the bank's records must show.

    Attributes:
        path: See `evals.e2e.bank_path`.
        equals: Value in the end, with the customer's values filled in.
        falls_by: The amount by which it is less than at the beginning.
    """

    path: str
    equals: str | bool | int | None = None
    falls_by: str | None = None


class Goal(_Entry):
    """One thing a customer may want.

    Attributes:
        customers: Who may want it, each with words of their own, such as a card.
        values: Drawn from the seed; the second is what a correction changes it to.
        before: A task done first, and the words for it.
        openings: Ways to say it.
        answers: What is said when this slot is asked for.
        corrects: Words that change a value at the read-back.
        operation: The change that must be in the bank's journal once; "" for none.
        action: What must have been looked up, for goals that change nothing.
        shows: What a reply must hold.
        ends: An event in the log that reaches the goal.
        refuses: Reached when the assistant says honestly that it cannot.
    """

    id: str
    customers: dict[str, dict[str, str]]
    values: dict[str, tuple[str, ...]] = {}
    before: dict[str, str] = {}
    openings: Phrases
    answers: dict[str, Phrases] = {}
    corrects: Phrases = {}
    operation: str = ""
    effects: tuple[Effect, ...] = ()
    action: str = ""
    shows: str = ""
    ends: str = ""
    refuses: bool = False


class Persona(_Entry):
    """One manner of speaking and behaving; see `personas.yml`."""

    id: str
    language: Language
    customer: str = ""
    frames: tuple[str, ...]
    agrees: tuple[str, ...]
    habits: dict[Literal["corrects", "interrupts", "person", "withdraws"], float]


class _Goals(_Entry):
    goals: tuple[Goal, ...]


class _Personas(_Entry):
    personas: tuple[Persona, ...]
    words: dict[str, Phrases]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and everything simulated customers are drawn from.

    Attributes:
        words: What anybody may say, by occasion: interrupts, person, withdraws, onward, no_offer.
    """

    goals: tuple[Goal, ...]
    personas: tuple[Persona, ...]
    words: Mapping[str, Phrases]


def load_cast() -> Cast:
    """Read both files.

    Raises:
        ValidationError: A field is unknown or missing.
    """
    personas = _read("personas.yml", _Personas)
    return Cast(_read("goals.yml", _Goals).goals, personas.personas, personas.words)


def phrases(of: Phrases, language: Language) -> Sequence[str]:
    """Words in a language; where there are none, in Chinese."""
    return of.get(language) or of.get("zh", ())


def _read(name: str, shape: type[_T]) -> _T:
    return shape.model_validate(yaml.safe_load((_HERE / name).read_text(encoding="utf-8")))
