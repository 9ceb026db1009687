"""What plain words and small talk are as commands."""

from __future__ import annotations

from typing import Final

from assistant.model.commands import (
    Affirm,
    CancelFlow,
    ChitChat,
    Command,
    Deny,
    Goodbye,
    Greet,
    HumanHandoff,
    Repeat,
    SkipQuestion,
    Thanks,
    Wait,
)

SMALL_TALK: Final = frozenset({"greet", "thanks", "goodbye", "chitchat", "repeat", "wait"})
"""What a weak guess may be taken for; a yes, a no or a wish for a person must be said."""
TALK: Final[dict[str, Command]] = {
    "human_handoff": HumanHandoff(),
    "affirm": Affirm(),
    "deny": Deny(),
    "cancel": CancelFlow(),
    "repeat": Repeat(),
    "wait": Wait(),
    "skip": SkipQuestion(),
    "greet": Greet(),
    "thanks": Thanks(),
    "goodbye": Goodbye(),
    "chitchat": ChitChat(),
}
