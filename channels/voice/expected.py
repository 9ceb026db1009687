"""What the open step of a conversation expects of a caller: pure, from the tracker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from channels.voice.keypad import Capture
from channels.voice.turns import Expecting

_SAID_IN_GROUPS: Final = frozenset(
    {
        "amount",
        "amount_from",
        "amount_to",
        "card",
        "card_number",
        "code",
        "count",
        "date_range",
        "figure",
        "id_number",
        "name",
        "payee",
        "phone",
    }
)
"""Kinds of values inside which people pause."""

_ID_DIGITS: Final = 18
_CARD_DIGITS: Final = 19
_TYPED: Final = {"amount": 9, "card": 4, "phone": 11, "figure": 9, "count": 3}
"""Kinds that may be typed although they are no secret, and their most digits."""

_SECRET_DIGITS: Final = {"code": 6, "id_number": _ID_DIGITS, "card_number": _CARD_DIGITS}


class Hears(Enum):
    """What may be made of words that were heard badly."""

    WISH = "wish"
    """Anything the bank does: the likeliest wish that sounds like it."""
    CHOICE = "choice"
    """One of a few words: the bank's terms are put right."""
    AS_IS = "as_is"
    """A name, an address, a number: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What comes next.

    Attributes:
        pause: How long a pause may be inside the answer.
        secret: How digits are collected that nobody may hear or see; None for nothing secret.
        typed: How digits may be typed as well as said; None where keys are commands.
        is_confirmation: A yes or a no to a read-back.
        words: What is likely to be said, for recognisers that can be biased.
        hears: What may be made of words that were heard badly.
    """

    pause: Expecting = Expecting.OPEN
    secret: Capture | None = None
    typed: Capture | None = None
    is_confirmation: bool = False
    words: tuple[str, ...] = ()
    hears: Hears = Hears.WISH


def expected(tracker: Tracker, release: Release) -> Expected:
    """What the open question asks for."""
    asked = tracker.asked
    slot = release.slots.get(asked.slot) if asked is not None and asked.slot else None
    if asked is None or slot is None:
        return Expected()
    is_confirmation = asked.confirms is not None or slot.type == "bool"
    words = (*slot.words, *(word for several in slot.choices.values() for word in several))
    if slot.mask == "secret":
        return Expected(pause=Expecting.NUMBER, secret=_secret(slot), hears=Hears.AS_IS)
    if is_confirmation or slot.values:
        return Expected(
            pause=Expecting.CHOICE,
            is_confirmation=is_confirmation,
            words=words,
            hears=Hears.CHOICE,
        )
    most = _TYPED.get(slot.kind)
    return Expected(
        pause=Expecting.NUMBER if slot.kind in _SAID_IN_GROUPS else Expecting.OPEN,
        typed=Capture(most=most, is_secret=False) if most else None,
        words=words,
        hears=Hears.AS_IS,
    )


def _secret(slot: SlotDefinition) -> Capture:
    most = _SECRET_DIGITS.get(slot.kind, _CARD_DIGITS)
    return Capture(most=most, star_is_last_x=slot.kind == "id_number")
