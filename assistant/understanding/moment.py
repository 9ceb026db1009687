"""What a reader of repairs may look at: the message, the conversation, the bank's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assistant.model.flow import Flow
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores
from assistant.understanding.normalise import Normalised
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.wordrules import WordRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One message in its place.

    Attributes:
        today: The bank's day.
        classify: Scores a piece of text; asked only where the words leave it open.
    """

    message: Normalised
    tracker: Tracker
    release: Release
    rules: WordRules
    today: date
    thresholds: Thresholds
    classify: Callable[[str], IntentScores]

    @property
    def asks(self) -> bool:
        """Whether the message has a sign of a question."""
        return self.rules.mentions("question", self.message.text)

    def tasks(self) -> list[Flow]:
        """Tasks under way, the active one first, with the flows they called before them."""
        flows = self.release.flows
        frames = [f for f in reversed(self.tracker.stack) if f.kind != "pattern"]
        return [flows[frame.flow] for frame in frames if frame.flow in flows]

    def active(self) -> list[Flow]:
        """The active task and whatever it has called."""
        found: list[Flow] = []
        for frame in reversed(self.tracker.stack):
            if frame.kind != "pattern" and frame.flow in self.release.flows:
                found.append(self.release.flows[frame.flow])
            if frame.kind == "flow":
                break
        return found
