"""Reading the customer's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.model.commands import Command
from assistant.model.frozen import Frozen
from assistant.model.model_use import ModelUse
from assistant.model.release import Release
from assistant.model.tracker import Tracker


class Understood(Frozen):
    """What an understander made of one message.

    Attributes:
        by: Which one decided: button, rules, classifier, rasa, model.
        scores: The best labels with their probabilities, for inspection.
        model: What asking a language model led to; None when none was asked.
    """

    commands: tuple[Command, ...]
    by: str
    scores: dict[str, float] = {}
    model: ModelUse | None = None


class Understander(Protocol):
    """Words and the state of the conversation to commands. Never acts."""

    async def understand(self, text: str, tracker: Tracker, release: Release) -> Understood:
        """Read one message. Always gives at least one command."""
        ...


class IntentScores(Frozen):
    """What a classifier made of a text.

    Attributes:
        ranked: (intent, calibrated probability), best first.
        known: Probability that the text is about anything the bank does, 0 to 1.
    """

    ranked: tuple[tuple[str, float], ...]
    known: float


class Classifier(Protocol):
    """Text to intent probabilities."""

    def classify(self, text: str) -> IntentScores:
        """Score one normalised text."""
        ...


class Encoder(Protocol):
    """Texts to unit vectors; adapters cache by content."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Encode questions and short sentences."""
        ...
