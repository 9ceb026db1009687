"""Where a section points: Markdown links and references by title ("见《借记卡挂失》").

A link is an edge from the section it stands in to a document, or to one section of it. Whoever
finds the one looks at the other too (`knowledge.retrieval`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

LINK: Final = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)[^)\n]*\)")
_ELSEWHERE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_SERVED: Final = re.compile(r"^/?v1/documents/(?P<id>[^?#/]+)")
_BY_TITLE: Final = re.compile(
    r"(?:见|参见|参阅|参照|详见|另见|按照?)(?:本行|上述|下文)?"
    r"(?:《(?P<a>[^《》\n]{2,40})》|〈(?P<b>[^〈〉\n]{2,40})〉|「(?P<c>[^「」\n]{2,40})」)"
    r"|\b[Ss]ee (?:also )?[\"“](?P<d>[^\"“”\n]{2,80})[\"”]"
)
_NOT_WORD: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A document, a section of it, or a title, as the text names it.

    Attributes:
        names: What the id of the document may be, the surest first; empty: this document.
        section: Slug of a heading; "" for the whole document.
        title: Title of a document or a heading, when only that is named; else "".
    """

    names: tuple[str, ...] = ()
    section: str = ""
    title: str = ""


def links_in(text: str, source: str = "") -> Iterator[Link]:
    """Every link of a Markdown text, in order.

    Args:
        text: Markdown.
        source: Path of its file, to resolve a link to a file beside it.
    """
    for match in LINK.finditer(text):
        link = link_to(match["target"], source)
        if link is not None:
            yield link
    for match in _BY_TITLE.finditer(text):
        yield Link(title=next(filter(None, match.groups())).strip())


def link_to(target: str, source: str = "") -> Link | None:
    """What the target of a Markdown link means; None for another web site."""
    if _ELSEWHERE.match(target):
        return None
    address, _, fragment = unquote(target).partition("#")
    served = _SERVED.match(address)
    path = PurePosixPath(served["id"] if served else address.partition("?")[0])
    beside = PurePosixPath(source).parent / path.with_suffix("") if path.name else path
    names = (path.as_posix(), beside.as_posix(), path.name.partition(".")[0])
    kept = tuple(dict.fromkeys(name for name in names if name.strip("."))) if path.name else ()
    return Link(names=kept, section=slug(fragment)) if kept or fragment else None


def slug(heading: str) -> str:
    """A heading as it stands in ids and in links."""
    return _NOT_WORD.sub("-", heading).strip("-")
