"""The platform's XML, in and out: flat fields, no document type, nothing fetched.

Coming in it passes defusedxml with document types forbidden, a limit on size and one on depth.
Going out every value stands in CDATA, cut where it holds "]]>", so no words can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # defusedxml parses

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from channels.wechat.errors import Rejected

MAX_BYTES: Final = 65_536
MAX_DEPTH: Final = 8
_ROOT: Final = "xml"

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 cannot hold (section 2.2)."""


def read_fields(text: str) -> dict[str, str]:
    """The fields of a message: each element below the root to its text.

    An element with elements of its own (a list, scan results) is its JSON-like path: `List.Item`
    keeps the first value of each name, which is all we use.

    Raises:
        Rejected: Too large, too deep, a document type, or no XML.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Rejected(reason="too_large")
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Rejected(reason="xml") from error
    fields: dict[str, str] = {}
    _collect(root, "", 1, fields)
    return fields


def write_fields(fields: Mapping[str, str | int | Mapping[str, str]]) -> str:
    """A reply: numbers as they are, text in CDATA, one level of nesting."""
    return f"<{_ROOT}>{''.join(_element(name, value) for name, value in fields.items())}</{_ROOT}>"


def cdata(text: str) -> str:
    """Text as CDATA; "]]>" is divided between two sections, what XML cannot hold is left out."""
    clean = _NOT_XML.sub("", text)
    return f"<![CDATA[{clean.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _element(name: str, value: str | int | Mapping[str, str]) -> str:
    match value:
        case int():
            inside = str(value)
        case str():
            inside = cdata(value)
        case _:
            inside = "".join(_element(each, text) for each, text in value.items())
    return f"<{name}>{inside}</{name}>"


def _collect(element: Element, path: str, depth: int, fields: dict[str, str]) -> None:
    if depth > MAX_DEPTH:
        raise Rejected(reason="too_deep")
    for child in element:
        name = f"{path}.{child.tag}" if path else str(child.tag)
        if len(child):
            _collect(child, name, depth + 1, fields)
        else:
            fields.setdefault(name, child.text or "")
