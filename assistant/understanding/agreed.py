"""A yes that names the deed: "锁吧", "少啰嗦，转", "yes, send it".

What is done on such a yes is what was read back, so the deed it names must be that one: "锁吧"
where a transfer is read back sends no money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import Final

from assistant.model.commands import Affirm, Command
from assistant.model.flow import Flow
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import plain

_COMMAS: Final = re.compile(r"[,，。;；!！~、\n]")
_LEADS: Final = re.compile(r"^(?:就这么|就|给我|帮我|你|您|我要|just |please )")
_DONE: Final = re.compile("了吧$")
_TAILS: Final = re.compile(r"\s*\b(?:right now|now|already|then)$")


def deeds_named(moment: Moment) -> frozenset[str]:
    """The deeds the words tell us to do, where they say nothing else: "先锁卡吧"."""
    every = {word for words in moment.rules.lexicon.deeds.values() for word in words}
    named = (_deed(piece, every, moment) for piece in _pieces(moment))
    return frozenset(deed for deed in named if deed is not None)


def task_of_deed(words: str, flows: Iterable[Flow], moment: Moment) -> Flow | None:
    """The task, of those given, that does what the words name: "转" is a transfer."""
    deeds = moment.rules.lexicon.deeds
    bare = _bare(plain(words), moment)
    return next((flow for flow in flows if bare in deeds.get(flow.id, ())), None)


def names_another_deed(moment: Moment) -> bool:
    """Whether the words tell us to do something other than what is read back."""
    asked = moment.tracker.asked
    if asked is None or not asked.confirms:
        return False
    own = frozenset(moment.rules.lexicon.deeds.get(asked.confirms, ()))
    return bool(own) and not deeds_named(moment) <= own


def read_agreed(moment: Moment) -> Command | None:
    """A yes, when the words are the deed that is read back and nothing that could change it."""
    asked = moment.tracker.asked
    if asked is None or not asked.confirms or moment.asks:
        return None
    own = frozenset(moment.rules.lexicon.deeds.get(asked.confirms, ()))
    named = False
    for piece in _pieces(moment):
        if _deed(piece, own, moment) is not None:
            named = True
        elif not moment.rules.is_yes(_bare(piece, moment)):
            return None
    return Affirm() if named else None


def _pieces(moment: Moment) -> list[str]:
    """The parts between commas, without those that are only a courtesy."""
    pieces = map(plain, _COMMAS.split(moment.message.text))
    return [one for one in pieces if one and not moment.rules.is_courtesy(one)]


def _deed(piece: str, deeds: Set[str], moment: Moment) -> str | None:
    """The deed a piece names, when nothing but yeses and courtesies stands beside it."""
    if piece in deeds:
        return piece
    words = _bare(piece, moment)
    for deed in sorted(deeds, key=len, reverse=True):
        if words.endswith(deed):
            rest = moment.rules.bare(_LEADS.sub("", words[: -len(deed)]))
            if not rest or moment.rules.is_yes(rest) or moment.rules.is_courtesy(rest):
                return deed
    return None


def _bare(piece: str, moment: Moment) -> str:
    return _TAILS.sub("", moment.rules.bare(_DONE.sub("吧", piece)))
