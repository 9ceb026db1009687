"""Footnotes moved into the sentences that refer to them.

A fee with an asterisk is a wrong fee without what the asterisk says. So `[^1]` becomes
"（注：…）" right where it stands, before the full stop of its sentence: the sentence that is
quoted carries its own condition, in a table in the cell that has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_DEFINITION: Final = re.compile(
    r"^[ ]{0,3}\[\^(?P<id>[^\]\s]+)\]:[ \t]*(?P<text>.*(?:\n(?:[ ]{2,}|\t)\S.*)*)$", re.MULTILINE
)
_REFERENCE: Final = re.compile(
    r"(?P<end>[。！？；.!?;][”’」』\"']?)?(?P<refs>(?:[ ]?\[\^[^\]\s]+\])+)"
    r"(?P<after>[。！？；.!?;])?"
)
_ID: Final = re.compile(r"\[\^([^\]\s]+)\]")
_CHINESE: Final = re.compile(r"[一-鿿]")
NOTE: Final = r"(?:（注：|\(Note: )(?:[^（）()\n]|[（(][^（）()\n]*[）)])*[）)]"
"""Regular expression of a footnote in its sentence."""


def inlined(text: str, notes: Mapping[str, str] | None = None) -> str:
    """Put each footnote where it is referred to; lines keep their numbers.

    Args:
        text: Markdown, with or without `[^id]: …` definitions.
        notes: More definitions, by id.

    A reference without a definition goes away; a definition without a reference stays as a
    paragraph.
    """
    known = {**(notes or {})}
    for match in _DEFINITION.finditer(text):
        known.setdefault(match["id"], " ".join(match["text"].split()))
    if not known:
        return text
    used: set[str] = set()

    def gone(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    def here(match: re.Match[str]) -> str:
        ids = [name for name in _ID.findall(match["refs"]) if name in known]
        used.update(ids)
        said = "".join(_note(known[name]) for name in ids)
        return f"{said}{match['end'] or ''}{match['after'] or ''}"

    body = _REFERENCE.sub(here, _DEFINITION.sub(gone, text))
    rest = [known[name] for name in known if name not in used]
    return body + "".join(f"\n{each}\n" for each in rest)


def _note(text: str) -> str:
    whole = text.strip().rstrip("。.;；")
    # A full stop inside would end the quotation; the words stay.
    whole = re.sub(r"[。！？；]\s*(?=\S)", "，", whole)
    return f"（注：{whole}）" if _CHINESE.search(whole) else f" (Note: {whole})"
