"""Figures of an answer that nothing cited holds, found without the engine's own proof.

The engine reads figures by kind and value and binds each before a reply leaves
(`assistant.response.proof`). Here they are only strings: every run of digits and every Chinese
number before a measure word has to stand, as it is written, in the cited place of the passage, or
in what stands above it (title, section, column headings).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assistant.ports.knowledge import PassageHit
from assistant.response.grounded import GroundedSentence

_WRITTEN: Final = re.compile(
    r"\d+(?:[.,:]\d+)*%?"
    r"|[一二两三四五六七八九十百千万半]+(?=个?(?:工作日|月|年|天|日|周|小时|分钟|岁|次|期|倍|笔|张|成|折))"
)


def figures_written(text: str) -> list[str]:
    """Figures of a text as they are written."""
    return _WRITTEN.findall(text)


def unsupported(sentence: GroundedSentence, hits: Sequence[PassageHit]) -> list[str]:
    """Figures of a sentence shown that stand neither in its cited place nor above it.

    Args:
        sentence: Of an answer.
        hits: The passages it was made from.
    """
    cited = sentence.citation
    passage = next((hit.text for hit in hits if hit.passage_id == cited.passage_id), "")
    place = passage[cited.start : cited.end]
    held = {*figures_written(place), *figures_written(f"{sentence.heads}")}
    return [figure for figure in figures_written(sentence.text) if figure not in held]
