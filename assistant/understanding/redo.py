"""Asked anew: everything, everything but some, the question before, the end of a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.model.commands import Command, CorrectSlot, Repeat
from assistant.model.events import SlotCorrected, SlotSet
from assistant.model.ids import SlotName
from assistant.model.release import SlotDefinition
from assistant.understanding.moment import Moment
from assistant.understanding.slots import asked_slot, named_slots, said_slots

_ALL_BUT = re.compile(
    r"(?:除了?|except(?: for)?|all but|everything but)\s*(?P<kept>.{1,24}?)\s*"
    r"(?:(?:以外|之外|外)?[,\s]*(?:其他|其它|其余|别的|剩下)?的?(?:都|全|统统)|$)"
    r"|(?P<left>.{1,12}?)(?:不变|不用改|不改|没错|是对的|别动|不动)[,\s]*"
    r"(?:其他|其它|其余|别的|剩下)"
    r"|(?:只有|only)\s*(?P<only>.{1,16}?)\s*(?:是?对的|没错|is (?:right|correct))"
)
_TAIL = re.compile(
    r"(?:尾号|尾数|末[四4]位|后[四4]位|最后[四4]位|last four(?: digits)?|ends? (?:in|with)|ending)"
    r"\s*(?:应该|应当)?(?:是|为|:|are|is)?\s*(?P<tail>\d{4})(?!\d)"
)
_TAIL_DIGITS = 4


def read_redo(moment: Moment) -> tuple[Command, ...]:
    """What is to be asked again, when the message says which without saying what instead."""
    return _start_over(moment) or _one_back(moment) or _other_tail(moment) or _all_but(moment)


def cleared(slots: Sequence[SlotDefinition]) -> tuple[Command, ...]:
    """Commands that clear the slots, so that they are asked again."""
    return tuple(CorrectSlot(slot=slot.name, value=None) for slot in slots)


def _start_over(moment: Moment) -> tuple[Command, ...]:
    """Everything given for the active task is asked anew."""
    if moment.asks or not moment.rules.mentions("start_over", moment.message.text):
        return ()
    return cleared(_filled(moment)) or (Repeat(),)


def _one_back(moment: Moment) -> tuple[Command, ...]:
    """The question before the open one, once more."""
    if moment.rules.whole_is("one_back", moment.message):
        asked = asked_slot(moment.tracker, moment.release)
        return cleared([slot for slot in _filled(moment) if slot != asked][-1:]) or (Repeat(),)
    return ()


def _other_tail(moment: Moment) -> tuple[Command, ...]:
    """The end of a long number given before: "尾号是5679"."""
    match = _TAIL.search(moment.message.text)
    long_ones = [s for s in _filled(moment) if s.kind == "phone"]
    if match is None or len(long_ones) != 1 or moment.asks:
        return ()
    slot = long_ones[0]
    known = str(moment.tracker.slots[slot.name])
    if len(known) <= _TAIL_DIGITS:
        return ()
    value = known[:-_TAIL_DIGITS] + match["tail"]
    span = moment.message.span(*match.span("tail"))
    return (CorrectSlot(slot=slot.name, value=value, span=span),)


def _all_but(moment: Moment) -> tuple[Command, ...]:
    """Everything but the named values is asked anew."""
    match = _ALL_BUT.search(moment.message.text)
    if match is None or moment.asks:
        return ()
    words = match["kept"] or match["left"] or match["only"]
    filled = _filled(moment)
    kept = named_slots(words, filled)
    if not kept:
        return ()
    return cleared([slot for slot in filled if slot not in kept]) or (Repeat(),)


def _filled(moment: Moment) -> list[SlotDefinition]:
    """What the customer has given for the active task; what the bank filled in is not theirs."""
    own = [step.slot for flow in moment.active() for step in flow.collects()]
    slots = [moment.release.slots[name] for name in own if name in moment.release.slots]
    known, given = moment.tracker.slots, _given(moment)
    return [s for s in said_slots(slots) if known.get(s.name) is not None and s.name in given]


def _given(moment: Moment) -> set[SlotName]:
    """Slots whose present value goes back to the customer's words."""
    given: set[SlotName] = set()
    for event in moment.tracker.events:
        if isinstance(event, SlotCorrected) or (
            isinstance(event, SlotSet) and event.origin == "customer"
        ):
            given.add(event.slot)
        elif isinstance(event, SlotSet) and event.origin == "reset":
            given.discard(event.slot)
    return given
