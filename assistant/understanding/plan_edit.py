"""What the customer changes about an announced list of wishes: drop, keep only, reorder, add."""

from __future__ import annotations

import re
from typing import Final

from assistant.model.commands import (
    ArrangePlan,
    CancelFlow,
    Command,
    Later,
    SearchKnowledge,
    StartFlow,
)
from assistant.model.numerals import DIGITS
from assistant.model.tracker import Tracker
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import Normalised
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.slots import fill, may_move_money, task_slots
from assistant.understanding.values.extract import Wanted, extract

_EVERYTHING: Final = re.compile(
    r"(?:全部?|都|统统|所有的?).{0,3}(?:不办|不要|取消|算了|别办|不弄|不做)|"
    r"cancel (?:everything|all)|forget (?:everything|all)|drop (?:everything|them all)"
)
_PLACE: Final = re.compile(
    r"第(?P<zh>[一二三四五六七八九1-9])[个件项步条]|(?P<last>最后一?[个件项])|"
    r"\b(?:number |item |no\.? ?)(?P<digit>[1-9])\b|"
    r"\b(?P<en>first|second|third|fourth|fifth|last)(?: one| item| thing)?\b"
)
_REST: Final = re.compile(
    r"(?:剩下|其他|其它|其余|后面|余下)的?(?:都|那?几个|两个|就)?(?=.{0,3}(?:不|取消|算了|别|去掉|删))|"
    r"(?:cancel|drop|skip|forget) (?:the )?(?:rest|others)"
)
_DROP: Final = re.compile(
    r"不要|不办|不用|不做|不需要|取消|算了|去掉|去除|删|别|免了|撤|唔要|唔使|cancel|drop|skip|remove"
    r"|forget|don't|without|no need"
)
_ONLY: Final = re.compile(r"就(?:做|办|要|来|查)?第|只|就[行好够可]|仅|\bonly\b|\bjust\b")
_FIRST: Final = re.compile(
    r"先(?!不|别)|提前|优先|放(?:到)?(?:最)?前|调到前|first$|first\b.*\bthen|start with|begin with"
    r"|do the|prioriti[sz]e"
)
_ADD: Final = re.compile(
    r"^(?:那|哦|对了|啊|嗯|,|\s)*(?:(?:再|另外|还要?|多)?(?:帮我)?(?:加|添|补)(?:上|多)?"
    r"(?:一|1)?(?:个|件|项|条)|再加上?|加多(?:一)?个|(?:please )?(?:also )?add(?: also)?"
    r"(?: one more:?)?)\s*[,:：]?\s*"
)
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_LONGEST: Final = 20
"""Characters of a message that changes the list; English needs twice as many."""


def read_plan_edit(moment: Moment) -> tuple[Command, ...]:
    """The change of the list a message asks for; nothing when there is no list, or none asked."""
    text, tracker = moment.message.text, moment.tracker
    if _EVERYTHING.search(text) and (tracker.stack or tracker.plan):
        keeps = _is_open(tracker) and _REST.search(text)
        return (ArrangePlan(items=(), only=True) if keeps else CancelFlow(everything=True),)
    added = _ADD.match(text)
    if added is not None and moment.tasks():
        return _later(moment, added.end())
    if not _is_open(tracker) or len(text) > _LONGEST * (1 + text.isascii()):
        return ()
    if _REST.search(text):
        return (ArrangePlan(items=(), only=True),)
    places = _places(text, tracker)
    if not places or moment.asks:
        return ()
    if _DROP.search(text):
        return tuple(CancelFlow(item=place) for place in places)
    if _ONLY.search(text):
        return (ArrangePlan(items=places, only=True),)
    return (ArrangePlan(items=places),) if _FIRST.search(text) else ()


def _is_open(tracker: Tracker) -> bool:
    """Whether a wish of the list is under way or still waits."""
    plan = tracker.plan
    if plan is None or not plan.items:
        return False
    waits = any(not item.dropped for item in plan.items[plan.index + 1 :])
    return waits or any(frame.frame_id == plan.frame_id for frame in tracker.stack)


def _places(text: str, tracker: Tracker) -> tuple[int, ...]:
    """Places in the list, from 1, in the order they are named; "first" as an adverb is none."""
    count = len(tracker.plan.items) if tracker.plan is not None else 0
    found: list[int] = []
    for match in _PLACE.finditer(text):
        word = match["zh"] or match["digit"] or match["en"] or "last"
        if word == "first" and found and match.end() == len(text):
            continue
        if word == "last" or match["last"]:
            found.append(count)
        else:
            number = _ORDINALS.get(word) or (int(word) if word.isdigit() else DIGITS[word])
            found.append(number)
    return tuple(dict.fromkeys(found))


def _later(moment: Moment, start: int) -> tuple[Command, ...]:
    """A further wish that waits until what is under way is done."""
    message = moment.message
    part = Normalised(message.text[start:], message.origins[start:], message.original)
    if not part.text.strip():
        return ()
    intent, probability = moment.classify(part.text).ranked[0]
    if probability < moment.thresholds.sure:
        return ()
    if intent == "search_knowledge":
        question = part.said(0, len(part.text))
        return (Later(), SearchKnowledge(question=question, confidence=probability))
    flow = flow_for_intent(intent, moment.release)
    if flow is None:
        return ()
    wanted = Wanted(None, may_move_money(flow), moment.today)
    candidates = [s for s in task_slots([flow], moment.release) if s.mask != "secret"]
    values = fill(extract(part, wanted, moment.release.lexicon), candidates, part, is_start=True)
    return (Later(), StartFlow(flow=flow.id, confidence=probability), *values)
