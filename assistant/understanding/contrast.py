"""Not this task but that one: "不是转账，是锁卡", "不转了，先查余额", "not a transfer, my balance".

Both sides must be tasks by themselves, and different ones: a value beside a value is a
correction, and a task beside nothing a cancellation; both are read elsewhere.
"""

from __future__ import annotations

import re

from assistant.model.commands import CancelFlow, Command, SearchKnowledge, StartFlow
from assistant.model.flow import Flow
from assistant.understanding.agreed import task_of_deed
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import Normalised
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.slots import fill, may_move_money, task_slots
from assistant.understanding.values.extract import Wanted, extract

_NOT = (
    r"(?:不是|并不是|不要|唔系|不想|不用|不必|先不要?|先别|别|没有?说|不(?![过会收见够能知对好错行同方])"
    r"|i (?:don't|do not|didn't) (?:want|mean|need)(?: to)?|i'm not (?:trying|asking|looking) to"
    r"|not (?:to )?|don't|forget (?:about )?(?:the )?"
    r"|never mind (?:the )?)"
)
_WISH = r"(?:想要?|要|说|让你|叫你|办|做|帮我|the )*"
_BUT = (
    r"(?:而是|就是|是|系|我要|我想|要|想|改成|换成|帮我|先|直接|还是|just|but|instead"
    r"|i (?:want|need|meant|mean)(?: to)?|i'd like to|i would like to|only)"
)
_NOT_THIS_BUT_THAT = re.compile(
    rf"(?:^|[,。;!！?\n]\s*)(?:我|你)?{_NOT}\s*{_WISH}(?P<old>[^,。;!！?\n]{{1,20}}?)(?:了|啦|吧)?"
    rf"\s*[,。;\n]+\s*(?:我|你)?(?:就|只)?(?:{_BUT})?\s*(?P<new>[^;\n]{{2,40}})$"
)
_THAT_NOT_THIS = re.compile(
    rf"^(?:我|你)?(?:是|要|想|我要|我想)*(?P<new>[^,。;!！?\n]{{2,30}})[,。;\n]+\s*{_NOT}\s*{_WISH}"
    r"(?P<old>[^,。;!！?\n]{1,20}?)(?:了|啦|吧)?$"
)
_ENOUGH = re.compile(r"(?:就行|就好|就可以|就够|就得|is enough|is fine)(?:了|喇)?$")
_SHORTEST = 2


def read_contrast(moment: Moment) -> tuple[Command, ...]:
    """The task wanted and, when it is under way, the end of the one that is not."""
    for form in (_NOT_THIS_BUT_THAT, _THAT_NOT_THIS):
        match = form.search(moment.message.text)
        if match is None:
            continue
        unwanted = _task(moment, match["old"])
        wanted = _wanted(moment, _part(moment.message, *match.span("new")), unwanted)
        if unwanted is None or not wanted:
            continue
        is_active = unwanted in moment.tasks()
        stop = (CancelFlow(flow=unwanted.id),) if is_active else ()
        return (*stop, *wanted)
    return ()


def _wanted(moment: Moment, part: Normalised, unwanted: Flow | None) -> tuple[Command, ...]:
    scores = moment.classify(part.text)
    intent, probability = scores.ranked[0]
    flow = flow_for_intent(intent, moment.release)
    named = task_of_deed(_ENOUGH.sub("", part.text), moment.release.flows.values(), moment)
    if named is not None:
        flow, probability = named, 1.0
    if intent == "search_knowledge" and probability >= moment.thresholds.question and moment.asks:
        return (SearchKnowledge(question=part.said(0, len(part.text)), confidence=probability),)
    if flow is None or flow == unwanted or probability < moment.thresholds.part:
        return ()
    start = StartFlow(flow=flow.id, confidence=probability)
    candidates = [s for s in task_slots([flow], moment.release) if s.mask != "secret"]
    wanted = Wanted(None, may_move_money(flow), moment.today)
    found = extract(part, wanted, moment.release.lexicon)
    return (start, *fill(found, candidates, part, is_start=True))


def _task(moment: Moment, words: str) -> Flow | None:
    """The task a word or two name: by the bank's name for it, else by what they are about."""
    words = words.strip()
    named = task_of_deed(words, moment.release.flows.values(), moment)
    if named is not None:
        return named
    if len(words) < _SHORTEST and not _named_by_one(moment, words):
        return None
    for each in moment.release.flows.values():
        if not each.is_pattern and words in {name.lower() for name in each.name.values()}:
            return each
    intent, probability = moment.classify(words).ranked[0]
    flow = flow_for_intent(intent, moment.release)
    active = moment.active()
    enough = moment.thresholds.option if flow in active else moment.thresholds.sure
    return flow if flow is not None and probability >= enough else None


def _named_by_one(moment: Moment, words: str) -> bool:
    """A single character ("不转了") names the task under way when it stands in its name."""
    return any(words and words in name for flow in moment.active() for name in flow.name.values())


def _part(message: Normalised, start: int, end: int) -> Normalised:
    return Normalised(message.text[start:end], message.origins[start : end + 1], message.original)
