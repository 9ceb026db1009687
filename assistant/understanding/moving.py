"""Words about going on here, or elsewhere, with what was begun; and the number of a task."""

from __future__ import annotations

import re
from typing import Final

from assistant.model.commands import Command, GoOn, MoveTask, SetSlot
from assistant.model.ids import SlotName
from assistant.model.numerals import DIGITS
from assistant.understanding.moment import Moment

TASK_NUMBER: Final = SlotName("task_number")
_LONGEST: Final = 24
"""Characters of a message that is about nothing else; English needs twice as many."""

_DIGIT: Final = rf"[\d{''.join(DIGITS)}]"
_NUMBER: Final = re.compile(rf"{_DIGIT}(?:[\s,-]?{_DIGIT}){{7}}")


def read_moving(moment: Moment) -> tuple[Command, ...]:
    """The wish to go on with an earlier task, or to take this one to another channel."""
    rules, message = moment.rules, moment.message
    asked = moment.tracker.asked
    if asked is not None and asked.slot == TASK_NUMBER:
        number = _NUMBER.search(message.text)
        if number is not None:
            return (SetSlot(slot=TASK_NUMBER, value=_digits(number[0])),)
    if len(message.text) > _LONGEST * (2 if message.text.isascii() else 1):
        return ()
    # "继续办理" is a yes to the question that is open here, and the wish to come here elsewhere.
    is_answer = moment.tracker.beside is None and asked is not None
    if is_answer and rules.whole(message) == "affirm":
        return ()
    if rules.whole_is("go_on", message) or rules.mentions("go_on", message.text):
        return (GoOn(),)
    if rules.whole_is("move_task", message) or rules.mentions("move_task", message.text):
        return (MoveTask(),)
    return ()


def _digits(words: str) -> str:
    """Digits, however they were said."""
    return "".join(
        str(DIGITS[each]) if each in DIGITS else each
        for each in words
        if each in DIGITS or each.isdigit()
    )
