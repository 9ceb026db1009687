"""A wish that is taken back at a read-back: "算了先别锁", "那就不转了", "don't send it"."""

from __future__ import annotations

import re

from assistant.model.commands import CancelFlow, Command, Deny
from assistant.understanding.agreed import task_of_deed
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent

_NOT = re.compile(
    r"^(?:算了|那就?|还是|我|先|暂时|no|ok|well|please|[\s,，。])*"
    r"(?:别|不要|不用|不想|不|唔好|唔使|唔|咪|don't|do not|rather not)\s*"
    r"(?P<deed>[^,，。;；]{1,16}?)\s*(?:了|啦|吧|先|now|yet|please|[\s.。!！])*$"
)
_LONGEST = 4
_LONGEST_LATIN = 16
"""Characters of the deed; more of them say more than that it is not wished."""


def read_refusal(moment: Moment) -> tuple[Command, ...]:
    """A no to the read-back, when the words refuse something that can be done here.

    Which deed is named does not matter: none is done because somebody said not to do it. Where
    nothing is read back, "不转了" is the end of the transfer that is under way.
    """
    match = _NOT.match(moment.message.text)
    if match is None or moment.asks:
        return ()
    deed = match["deed"]
    asked, top = moment.tracker.asked, moment.tracker.top
    is_asked_which = top is not None and top.kind == "pattern"  # that question comes first
    if asked is None or not asked.confirms or is_asked_which:
        flow = task_of_deed(deed, moment.tasks(), moment)
        return (CancelFlow(flow=flow.id),) if flow is not None else ()
    if len(deed) > (_LONGEST_LATIN if deed.isascii() else _LONGEST) or re.search(r"\d", deed):
        return ()
    if any(deed in name.lower() for flow in moment.active() for name in flow.name.values()):
        return (Deny(),)
    intent, probability = moment.classify(deed).ranked[0]
    is_task = flow_for_intent(intent, moment.release) is not None
    return (Deny(),) if is_task and probability >= moment.thresholds.part else ()
