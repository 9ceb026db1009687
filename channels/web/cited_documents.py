"""A document as the pages show it: the Markdown cut at its headings."""

from __future__ import annotations

import re
from typing import Final

from channels.service import LibraryDocument
from channels.web.bodies import CitedDocument, DocumentSection

_HEADING: Final = re.compile(r"^(#{1,6})[ \t]+(?P<heading>\S.*?)[ \t#]*$")
_FENCE: Final = re.compile(r"^[ ]{0,3}(```|~~~)")


def cited_document(document: LibraryDocument) -> CitedDocument:
    """The document with its sections; the title heading itself is not one of them."""
    sections = [each for each in _sections(document.body) if _worth_showing(each, document.title)]
    return CitedDocument(
        document_id=document.document_id,
        title=document.title,
        version=document.version,
        effective_from=document.effective_from,
        effective_to=document.effective_to,
        owner=document.owner,
        sections=sections,
    )


def _sections(body: str) -> list[DocumentSection]:
    sections: list[DocumentSection] = []
    heading, lines, in_code = "", list[str](), False
    for line in body.splitlines():
        in_code ^= bool(_FENCE.match(line))
        found = None if in_code else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        sections.append(DocumentSection(heading=heading, text="\n".join(lines).strip()))
        heading, lines = found["heading"], []
    sections.append(DocumentSection(heading=heading, text="\n".join(lines).strip()))
    return sections


def _worth_showing(section: DocumentSection, title: str) -> bool:
    return bool(section.text) or section.heading not in {"", title}
