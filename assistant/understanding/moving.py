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
    for name, command in (("go_on", GoOn()), ("move_task", MoveTask())):
        if rules.whole_is(name, message) or rules.mentions(name, message.text):
            return (command,)
    return _in_any_order(moment)


def _in_any_order(moment: Moment) -> tuple[Command, ...]:
    """Going on, and with what or where: "刚才那个转账继续", "打电话给你们接着办"."""
    mentions, text = moment.rules.mentions, moment.message.text
    if moment.asks or not mentions("going_on", text):
        return ()
    if mentions("just_now", text):
        return (GoOn(),)
    return (MoveTask(),) if moment.tasks() and mentions("places", text) else ()


def _digits(words: str) -> str:
    """Digits, however they were said."""
    return "".join(
        str(DIGITS[each]) if each in DIGITS else each
        for each in words
        if each in DIGITS or each.isdigit()
    )
