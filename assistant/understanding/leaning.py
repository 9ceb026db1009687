"""A question leaning on the answer before it: "那三年的呢", "那要多久", "what about five years?".

Such words name no task of their own; a classifier that hears them alone guesses. Where the last
thing said was an answer from documents, they go on asking the documents; what they leave out is
read from the question before (see the port Knowledge, `before`).
"""

from __future__ import annotations

import re
from typing import Final

from assistant.model.commands import Command, SearchKnowledge
from assistant.model.events import (
    Abstained,
    ActionFinished,
    Answered,
    BaseEvent,
    FlowCompleted,
    FlowStarted,
)
from assistant.understanding.moment import Moment

_LEANS: Final = re.compile(
    r"(?:那么?|咁|如果是?|要是|换成)(?!你|我|就|好|行|算了|先|帮|替|请|边位)[^。!！]{1,16}?"
    r"(?:呢|的话|怎么样|多少|多久|几天|几年|吗|咧)[\s?？]*"
    r"|[^。!！,，你我]{1,10}(?:的|嘅)?呢[\s?？]*"
    r"|(?:and |then )?(?:what about|how about|what if it is|what if it's)\s[^.!]{1,40}"
)
_REACH: Final = 2
"""Turns after which "那三年呢" no longer means the answer."""


def read_leaning_question(moment: Moment) -> tuple[Command, ...]:
    """The question to look up, when the words only go on from an answer just given."""
    if _LEANS.fullmatch(moment.message.text.strip()) is None:
        return ()
    last = _last(moment)
    if not isinstance(last, Answered | Abstained) or moment.tracker.turn - last.turn > _REACH:
        return ()
    words = moment.message.original or moment.message.text
    return (SearchKnowledge(question=words.strip()),)


def _last(moment: Moment) -> BaseEvent | None:
    """The last answer or step of a task, whichever came later."""
    kinds = (Answered, Abstained, ActionFinished, FlowCompleted, FlowStarted)
    return next((e for e in reversed(moment.tracker.events) if isinstance(e, kinds)), None)
