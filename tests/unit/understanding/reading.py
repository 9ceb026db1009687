"""Values of a text as the assistant would read it, on a fixed day."""

from __future__ import annotations

from datetime import date

from assistant.model.release import Lexicon, SlotDefinition
from assistant.understanding.normalise import normalise
from assistant.understanding.values.extract import Wanted, extract

TODAY = date(2026, 11, 22)  # a Sunday
LEXICON = Lexicon(relations={"妈妈": ("老妈", "我妈", "mum"), "女儿": ("闺女",)})


def values(text, kind, *, asked=None, moves_money=True):
    """Values of one kind, in the order of the text."""
    found = all_values(text, asked=asked, moves_money=moves_money)
    return [each.value for each in found if each.kind == kind]


def all_values(text, *, asked=None, moves_money=True):
    slot = SlotDefinition(name="asked", kind=asked) if asked else None
    found = extract(normalise(text, {}), Wanted(slot, moves_money, TODAY), LEXICON)
    return sorted(found, key=lambda each: each.start)
