"""A yes to a question that had not been shown when it was sent answers nothing.

Messages wait for the turn before them. A yes that was on its way while that turn changed the
amount, or began another task, meant the question on the screen and not the one asked since; so it
is answered with the new question instead of being obeyed. Nor does a yes count for a read-back
that compliance withheld: nobody has read it.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.model.commands import Affirm, Command, Repeat
from assistant.model.events import Asked, MessageReceived, ReplyReviewed
from assistant.model.tracker import Tracker


def has_moved_on(tracker: Tracker, seen: int) -> bool:
    """Whether another question is open than when a message was sent.

    Args:
        tracker: State of the conversation now.
        seen: How many events the log had when the message came in.
    """
    if tracker.asked is None or seen >= len(tracker.events):
        return False
    earlier = next((e for e in reversed(tracker.events[:seen]) if isinstance(e, Asked)), None)
    return earlier is None or _question(earlier) != _question(tracker.asked)


def meant(commands: Sequence[Command], tracker: Tracker) -> tuple[Command, ...]:
    """The commands of this turn, without a yes to a question its sender had not seen."""
    received = [e for e in tracker.in_turn(tracker.turn) if isinstance(e, MessageReceived)]
    if not any(event.unseen for event in received) and not _is_withheld(tracker):
        return tuple(commands)
    return tuple(Repeat() if isinstance(each, Affirm) else each for each in commands)


def _is_withheld(tracker: Tracker) -> bool:
    """Whether something was withheld in the turn that asked for this confirmation."""
    asked = tracker.asked
    if asked is None or asked.confirms is None:
        return False
    return any(isinstance(event, ReplyReviewed) for event in tracker.in_turn(asked.turn))


def _question(asked: Asked) -> tuple[object, ...]:
    return asked.slot, asked.frame_id, asked.confirms, asked.digest
