"""What a yes or a no is: when a guessed one may answer a read-back, when a listed one is a wish.

Money moves on a yes, and a task ends on a no: what the bank's word lists do not decide, the
classifier may decide only where the words themselves look like nothing but that answer.
"""

from __future__ import annotations

import re

from assistant.understanding.agreed import names_another_deed
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import plain
from assistant.understanding.payloads import flow_for_intent

_LONGEST = 8
_LONGEST_LATIN = 24
"""Characters of a guessed answer; a longer one says more than yes or no."""
_SAYS_MORE = re.compile(
    r"\d|[一二三四五六七八九十百千万两半]|第|那|这|个|数|但|可是|不过|如果|先|再|还|改|换|只|为|够|\bbut\b|\bif\b"
    r"|\bfirst\b|\bonly\b|\bafter\b|\bthan\b|\binstead\b"
)
_NOT = re.compile(r"不|没|别|唔|冇|错|\bno|n't\b|\bnot\b|\bwrong\b")


def may_answer(intent: str, probability: float, moment: Moment) -> bool:
    """Whether a guessed `affirm` or `deny` may answer the open question.

    Args:
        intent: `affirm` or `deny`.
        probability: Of the guess.
        moment: The message in its place.
    """
    asked = moment.tracker.asked
    if asked is None or not asked.confirms:
        return True
    words = plain(moment.message.text)
    longest = _LONGEST_LATIN if words.isascii() else _LONGEST
    if probability < moment.thresholds.confirm or len(words) > longest or moment.asks:
        return False
    if _SAYS_MORE.search(words) or (intent == "affirm" and names_another_deed(moment)):
        return False
    return (_NOT.search(words) is None) == (intent == "affirm")


def is_another_wish(moment: Moment) -> bool:
    """Whether a word of agreement rather is a wish.

    So is "unlock it" where nothing is asked, and "锁吧" where a transfer is read back.
    """
    if moment.tracker.asked is not None:
        return names_another_deed(moment)
    intent, probability = moment.classify(moment.message.text).ranked[0]
    is_task = flow_for_intent(intent, moment.release) is not None
    return is_task and probability >= moment.thresholds.part
