"""Corrections: which of the values given so far is meant, and what it should be instead.

A value is meant by its name ("收款人改成爸爸"), by what it was ("不是500，是600"), or by what
alone it can be ("改成600"). A name without a new value clears it, so that it is asked again.
What these rules do not read for certain they leave to the rest of the understanding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from assistant.model.commands import CannotHandle, Command, CorrectSlot, SetSlot
from assistant.model.ids import SlotName
from assistant.model.release import SlotDefinition
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import Normalised
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.redo import cleared, read_redo
from assistant.understanding.slots import (
    asked_slot,
    fill,
    named_slots,
    said_slots,
    task_slots,
    whole_answer,
)
from assistant.understanding.values.extract import Wanted, extract
from assistant.understanding.values.payees import is_like_a_name

_NEW = r"(?P<new>(?:(?<=\d),(?=\d)|(?! and (?:the|change|make|set|also)\b)[^,。;!！?\n])*)"
_PIECE = r"[^,。;!！?\n]"
_FORMS = (
    re.compile(
        rf"(?:不是|唔系|不要|不转|别转)(?P<old>{_PIECE}{{1,16}}?)"
        rf"(?:\s*,?\s*(?:而是|应该是|应该系|是|系|要|改成|换成)|\s*,\s*){_NEW}"
    ),
    re.compile(
        rf"(?P<old>(?:{_PIECE}{{0,12}},)??{_PIECE}{{0,16}}?)"
        rf"(?:改成|改为|改到|改做|换成|换为|换作|变成|调成|应该是|应当是|应该系|应为){_NEW}"
    ),
    re.compile(
        rf"(?:change|set|switch|update|correct|modify)\s+(?P<old>[^;!?\n]{{1,40}}?)\s+(?:in)?to\s+"
        rf"{_NEW}"
    ),
    re.compile(
        rf"(?<![a-z])not\s+(?P<old>{_PIECE}{{1,20}}?)(?:\s*,\s*|\s+but\s+)"
        rf"(?:but\s+|it's\s+|to\s+|make it\s+|i meant?\s+)?{_NEW}"
    ),
    re.compile(rf"(?:^|[,;]|\band\b)\s*(?P<old>{_PIECE}{{2,40}}?)\s+should be\s+{_NEW}"),
    re.compile(rf"(?<![a-z])make\s+(?P<old>it|that|the\s+[a-z]+)\s+{_NEW}"),
)
_IS = r"\s*(?:是|为|要|:|=|is|to)\s*"
_REDO = re.compile(r"改|换|错|不对|唔啱|重填|重新填|有误|wrong|change|incorrect|redo|fix|mistake")
_FINE = re.compile(r"没错|是对的?|正确|不用改|不改|right|correct(?!ion)|fine")
_CLAUSE = re.compile(r"[,。;]|\bbut\b")
_DENIED = re.compile(
    r"(?:不对|错了?|唔啱|no|wrong|[\s,。])*"
    r"(?:不是|唔系|不转|别转|不要转|不给|别给|唔畀|not(?: to| for)?)\s*"
    rf"(?:转给?|给|to |for )?(?P<old>{_PIECE}{{1,16}}?)(?:啊|呀|的|了|[\s.。!！])*"
)
"""A value that is wrong, and not what it should be instead: "不对，不是妈妈"."""
_EMPTY = re.compile(
    r"(?:把|将|那个?|就|我|还是|给|转|打|汇|要|请|帮|麻烦|这个?|一下|的|等等|等一下|等下|不对|不是|"
    r"能不能|可不可以|可以|能|要不|取消|"
    r"改主意了?|改变主意了?|变卦了?|i changed my mind|"
    r"说错了|写错了|打错了|输错了|弄错了|搞错了|错了|算了|哦|啊|嗯|呃|吧|先|再|好|直接|都|也|应该|"
    r"it|that|the|please|sorry|oops|actually|wait|no|[\s,、:])*"
)
_OWN = re.compile(r"(?<!\d)(?P<tail>\d{4})(?!\d)")
_PAYS = re.compile(
    r"(?:(?:还|還|转|过|付|交|充|分|存|打|pay|send|transfer)\s*|^\s*)\d{1,6}(?:\.\d+)?"
    r"(?!\d|\s?(?:那张|这张|的卡|期|个月|card))"
)
"""What is paid, or said with no other word, is an amount, also with four digits like a card's."""

_FREE = frozenset({"text", "name"})
_BY_NAME = frozenset({"payee"})
"""Kinds whose values are names: nearly any word could be one."""
_FURTHER = re.compile(r"别的|其他|其它|另|那个|这个|一下|回来|原来|刚才|different|other|else|back")
"""Words that name nobody: which other one is still to be said."""
_LONGEST_REDO = 20
"""Characters of a message that names what is wrong and nothing else."""
_LONGEST_BESIDE_TEXT = 30
"""Longest message read as a correction while free words are asked for."""


def read_corrections(moment: Moment) -> tuple[Command, ...]:
    """What the message changes; nothing when it is no sure correction."""
    slots = said_slots(task_slots(moment.tasks(), moment.release))
    if not slots or _is_telling(moment):
        return ()
    return (
        read_redo(moment)
        or _replaced(moment, slots)
        or _denied(moment, slots)
        or _named_only(moment, slots)
    )


def _is_telling(moment: Moment) -> bool:
    """A long text was asked for and given: it may contain any of these words."""
    asked = asked_slot(moment.tracker, moment.release)
    is_free = asked is not None and asked.kind in _FREE and asked.type == "text"
    return is_free and len(moment.message.text) > _LONGEST_BESIDE_TEXT


def _replaced(moment: Moment, slots: Sequence[SlotDefinition]) -> tuple[Command, ...]:
    """Old and new beside each other, once or several times in the message."""
    found: dict[SlotName, CorrectSlot] = {}
    for pair in _pairs(moment.message, slots):
        correction = _correction(moment, slots, pair)
        if correction is None:
            return ()
        found[correction.slot] = correction
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Pair:
    """An old value, or the name of one, beside what it should be.

    Attributes:
        turns: Said to be turned into the new ("改成"), not merely to be it ("金额是…").
    """

    old: Normalised
    new: Normalised
    turns: bool


def _pairs(message: Normalised, slots: Sequence[SlotDefinition]) -> Iterator[_Pair]:
    """Each "old, turned into new" of the message, left to right; no character in two."""
    names = sorted({re.escape(w.lower()) for s in slots for w in s.words}, key=len, reverse=True)
    forms = list(_FORMS)
    if names:
        forms.append(re.compile(rf"(?P<old>{'|'.join(names)}){_IS}{_NEW}"))
    taken: list[tuple[int, int]] = []
    matches = sorted(
        (m for place, form in enumerate(forms) for m in _found(form, message.text, place)),
        key=lambda item: (item[0], item[1].start()),
    )
    kept: list[tuple[int, re.Match[str]]] = []
    for place, match in matches:
        if not any(match.start() < end and start < match.end() for start, end in taken):
            taken.append(match.span())
            kept.append((place, match))
    for place, match in sorted(kept, key=lambda item: item[1].start()):
        old, new = _part(message, *match.span("old")), _part(message, *match.span("new"))
        yield _Pair(old, new, place < len(_FORMS))


def _found(form: re.Pattern[str], text: str, place: int) -> Iterator[tuple[int, re.Match[str]]]:
    return ((place, match) for match in form.finditer(text))


def _part(message: Normalised, start: int, end: int) -> Normalised:
    return Normalised(message.text[start:end], message.origins[start : end + 1], message.original)


def _correction(moment: Moment, slots: Sequence[SlotDefinition], pair: _Pair) -> CorrectSlot | None:
    named = named_slots(pair.old.text, slots)
    if len(named) > 1:  # "金额对了，收款人换成…": the name beside the new value is meant
        named = named_slots(_CLAUSE.split(pair.old.text)[-1], slots)
    if len(named) == 1:
        value = _value(moment, named[0], pair.new, is_named=True)
        if value is not None:
            return _replace(value)
        is_sure = pair.turns and not moment.asks
        return CorrectSlot(slot=named[0].name, value=None) if is_sure else None
    is_bare = _EMPTY.fullmatch(pair.old.text) is not None
    for slot in _meant(moment, slots, pair):
        value = _value(moment, slot, pair.new, by_itself=is_bare)
        if value is not None:
            return _replace(value)
    return _new_name(moment, slots, pair.new) if is_bare and pair.turns else None


def _new_name(
    moment: Moment, slots: Sequence[SlotDefinition], new: Normalised
) -> CorrectSlot | None:
    """Words that fit no other value are the new name, or the new free words, where one is open.

    "改成李四" while a payee is asked for or known: the bank says whether there is such a payee.
    """
    own = {step.slot for flow in moment.active() for step in flow.collects()}
    asked = asked_slot(moment.tracker, moment.release)
    open_ones = [s for s in slots if s.name in own and (s == asked or _known(moment, s) != "")]
    named = [s for s in open_ones if s.kind in _BY_NAME] or [s for s in open_ones if _is_free(s)]
    if len(named) != 1 or moment.asks or _is_other_task(moment):
        return None
    slot = named[0]
    if _is_free(slot):
        value = whole_answer(slot, new, new.said(0, len(new.text)))
        return _replace(value) if value is not None else None
    value = _value(moment, slot, new) if not _FURTHER.search(new.text) else None
    is_name = value is not None and is_like_a_name(str(value.value))
    return _replace(value) if value is not None and is_name else None


def _is_free(slot: SlotDefinition) -> bool:
    return slot.kind in _FREE and slot.type == "text"


def _meant(moment: Moment, slots: Sequence[SlotDefinition], pair: _Pair) -> list[SlotDefinition]:
    """Slots an unnamed old value can be of: those that hold it, else those of its kind."""
    typed, old = [slot for slot in slots if slot.kind not in _FREE], pair.old
    if _EMPTY.fullmatch(old.text):
        known = moment.tracker.slots
        pays = _PAYS.search(pair.new.text) is not None

        def order(slot: SlotDefinition) -> tuple[bool, bool, bool]:
            is_money = pays and slot.kind == "amount"
            return not is_money, slot.kind in _BY_NAME, known.get(slot.name) is None

        return sorted(typed, key=order)
    said = {slot.name: _said_before(moment, slot, old) for slot in typed}
    holding = [slot for slot in typed if said[slot.name] == _known(moment, slot)]
    return holding or [slot for slot in typed if said[slot.name] is not None]


def _known(moment: Moment, slot: SlotDefinition) -> JsonValue:
    """What the slot holds, in a form no absent value is equal to."""
    return moment.tracker.slots.get(slot.name, "")


def _said_before(moment: Moment, slot: SlotDefinition, old: Normalised) -> JsonValue:
    """The old value in the words before the turn; a name counts only when it is known."""
    if slot.kind not in _BY_NAME:
        value = _value(moment, slot, old)
        return value.value if value is not None else None
    names = {str(fact).lower() for fact in _facts_about(moment, slot) if fact}
    if any(name in old.text for name in names):
        return _known(moment, slot)
    wanted = Wanted(None, moves_money=False, today=moment.today)
    found = [f.value for f in extract(old, wanted, moment.release.lexicon) if f.kind == slot.kind]
    return found[-1] if found else None


def _facts_about(moment: Moment, slot: SlotDefinition) -> Iterator[JsonValue]:
    """What the bank told about the slot's value: `payee_name`, `payee_note`."""
    for frame in moment.tracker.stack:
        facts = frame.context.get("facts")
        for name, fact in facts.items() if isinstance(facts, dict) else ():
            if name.startswith(f"{slot.name}_") and isinstance(fact, str):
                yield fact


def _value(
    moment: Moment,
    slot: SlotDefinition,
    part: Normalised,
    *,
    is_named: bool = False,
    by_itself: bool = False,
) -> SetSlot | None:
    """The value of a piece of the message as this slot takes it.

    Args:
        moment: The message in its place.
        slot: Takes the value.
        part: The piece.
        is_named: The slot was called by its name: free words may be its value.
        by_itself: Nothing says that the slot is meant but the value: a name must be known.
    """
    if not part.text.strip():
        return None
    if slot.kind == "payee" and re.search(r"\d", part.text):
        return _own_account(slot, part)
    asked = None if by_itself and slot.kind in _BY_NAME else slot
    wanted = Wanted(asked, slot.kind == "amount", moment.today)
    values = fill(extract(part, wanted, moment.release.lexicon), [slot], part)
    if values:
        return values[-1]
    if not is_named or slot.kind not in _FREE:
        return None
    return whole_answer(slot, part, part.said(0, len(part.text)))


def _own_account(slot: SlotDefinition, part: Normalised) -> SetSlot | None:
    """The last four digits of an account as the receiver."""
    match = _OWN.search(part.text)
    rest = _OWN.sub("", part.text, count=1)
    if match is None or not re.search(r"我|自己|卡|尾号|账户|账号|my|own|account|card", rest):
        return None
    return SetSlot(slot=slot.name, value=match["tail"], span=part.span(*match.span("tail")))


def _replace(value: SetSlot) -> CorrectSlot:
    return CorrectSlot(slot=value.slot, value=value.value, span=value.span)


def _denied(moment: Moment, slots: Sequence[SlotDefinition]) -> tuple[Command, ...]:
    """What a slot holds is not it: asked again. The same words must never set it once more."""
    match = _DENIED.fullmatch(moment.message.text)
    if match is None or moment.asks:
        return ()
    old = _part(moment.message, *match.span("old"))
    held = [
        s for s in slots if s.kind not in _FREE and moment.tracker.slots.get(s.name) is not None
    ]
    said = {slot.name: _said_before(moment, slot, old) for slot in held}
    wrong = [slot for slot in held if said[slot.name] == _known(moment, slot)]
    if len(wrong) == 1:
        return cleared(wrong)
    asked = moment.tracker.asked
    is_value = not wrong and any(value is not None for value in said.values())
    at_read_back = asked is not None and asked.confirms is not None
    return (CannotHandle(reason="what_to_change"),) if is_value and at_read_back else ()


def _named_only(moment: Moment, slots: Sequence[SlotDefinition]) -> tuple[Command, ...]:
    """Names with a word of change and no value: each is asked again."""
    text = moment.message.text
    if len(text) > _LONGEST_REDO * (1 + text.isascii()) or moment.asks or not _REDO.search(text):
        return ()
    known: dict[str, JsonValue] = moment.tracker.slots
    wrong = " ".join(c for c in _CLAUSE.split(text) if _REDO.search(c) and not _FINE.search(c))
    named = [slot for slot in named_slots(wrong, slots) if known.get(slot.name) is not None]
    if not named or any(_value(moment, s, moment.message) for s in slots if s.kind != "payee"):
        return ()
    return () if _is_other_task(moment) else cleared(named)


def _is_other_task(moment: Moment) -> bool:
    """Whether the sentence starts something else ("我要换张新卡")."""
    intent, probability = moment.classify(moment.message.text).ranked[0]
    flow = flow_for_intent(intent, moment.release)
    if flow is None:
        return False
    return flow not in moment.tasks() and probability >= moment.thresholds.switch
