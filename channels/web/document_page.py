"""A cited document as a page for people: plain HTML, every sentence with a name of its own.

A citation's link ends in the name of its sentence (`#s-…`), so the browser opens the page there
and the style sheet marks it; nothing has to run. The words around the text are content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from assistant.model.evidence import anchor_of
from assistant.model.ids import ResponseKey
from assistant.model.message import Locale
from assistant.model.release import Release
from assistant.ports import PassageHit
from assistant.response.render import pick
from assistant.response.tables import cells_of, is_row
from channels.service import LibraryDocument

_ITEM: Final = re.compile(r"^\s*(?:[-*+•·]|\d+[.、)）](?!\d)|>)\s*")
_RULE: Final = re.compile(r"^\|[\s:|-]+$")
_ITEMS: Final = re.compile(r"(?:<li>.*</li>\n)+")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def locale_of(accepted: str) -> Locale:
    """The language of a page from an Accept-Language header; the first one named counts."""
    first = accepted.split(",")[0].strip().lower()
    if re.match(r"zh-(?:hant|hk|tw|mo)", first):
        return "zh-Hant"
    return "en" if first.startswith("en") else "zh-Hans"


def wants_page(accepted: str) -> bool:
    """Whether an Accept header asks for a page before JSON: what browsers send for a link."""
    kinds = [part.split(";")[0].strip().lower() for part in accepted.split(",")]
    for kind in kinds:
        if kind in {"text/html", "application/xhtml+xml"}:
            return True
        if kind in {"application/json", "*/*"}:
            return False
    return False


def document_page(
    document: LibraryDocument, passages: Sequence[PassageHit], release: Release, locale: Locale
) -> str:
    """The page.

    Args:
        document: The version to show.
        passages: Its text in order, cut into the sentences citations quote.
        release: Words around the text.
        locale: Language of those words.
    """
    key = "utter_document_valid_between" if document.effective_to else "utter_document_valid_from"
    values = {
        "version": document.version,
        "from": document.effective_from.isoformat(),
        "to": document.effective_to.isoformat() if document.effective_to else "",
        "owner": document.owner,
    }
    body = _ITEMS.sub(r"<ul>\n\g<0></ul>\n", "\n".join(_sections(passages)) + "\n")
    title = escape(document.title)
    return (
        f'<!doctype html>\n<html lang="{locale}">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        '<meta name="color-scheme" content="light dark" />\n'
        '<meta name="referrer" content="no-referrer" />\n<meta name="robots" content="noindex" />\n'
        f"<title>{title}</title>\n"
        '<link rel="icon" type="image/svg+xml" href="/mark.svg" />\n'
        '<link rel="stylesheet" href="/document.css" />\n</head>\n<body>\n<main>\n'
        f"<h1>{title}</h1>\n"
        f'<p class="about">{escape(_words(release, key, values, locale))}</p>\n'
        f"{body}</main>\n</body>\n</html>\n"
    )


def _words(release: Release, key: str, values: Mapping[str, str], locale: Locale) -> str:
    variants = release.responses.get(ResponseKey(key), ())
    text = pick(variants[0].text, locale) if variants else " ".join(filter(None, values.values()))
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text)


def _sections(passages: Sequence[PassageHit]) -> Iterator[str]:
    """Headings as they change, each with the text below it."""
    section = ""
    for passage in passages:
        if passage.section != section:
            section = passage.section
            parts = section.split(" / ")
            level = min(len(parts) + 1, 6)
            yield f"<h{level}>{escape(parts[-1])}</h{level}>"
        yield from _blocks(passage)


def _blocks(passage: PassageHit) -> Iterator[str]:
    """Tables, list items and paragraphs of a passage."""
    sentences = {sentence.text for sentence in passage.sentences}
    lines = [line for line in passage.text.splitlines() if line.strip()]
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_row(line.strip()):
            rows = [line.strip()]
            while at + len(rows) < len(lines) and is_row(lines[at + len(rows)].strip()):
                rows.append(lines[at + len(rows)].strip())
            yield _table(rows, sentences)
            at += len(rows)
            continue
        mark = _ITEM.match(line)
        text = line[mark.end() :] if mark else line
        name = "p" if mark is None else "li"
        yield f"<{name}>{_marked(text, passage)}</{name}>"
        at += 1


def _table(rows: Sequence[str], sentences: set[str]) -> str:
    """A table; each row that can be quoted has a name."""
    has_head = len(rows) > 1 and bool(_RULE.match(rows[1]))
    html = ["<table>"]
    for place, row in enumerate(rows):
        if _RULE.match(row):
            continue
        if has_head and place == 0:
            html += ["<thead>", _row(row, "th", ""), "</thead>"]
        else:
            html.append(_row(row, "td", anchor_of(row) if row in sentences else ""))
    return "\n".join((*html, "</table>"))


def _row(row: str, cell: str, anchor: str) -> str:
    name = f' id="{anchor}"' if anchor else ""
    cells = "".join(f"<{cell}>{escape(text)}</{cell}>" for text in cells_of(row))
    return f"<tr{name}>{cells}</tr>"


def _marked(line: str, passage: PassageHit) -> str:
    """A line with each of its sentences named."""
    html, rest = "", line
    inside = [one.text for one in passage.sentences if one.text in line]
    for sentence in sorted(inside, key=line.find):
        before, found, after = rest.partition(sentence)
        if found:
            html += f'{escape(before)}<span id="{anchor_of(sentence)}">{escape(sentence)}</span>'
            rest = after
    return html + escape(rest)
