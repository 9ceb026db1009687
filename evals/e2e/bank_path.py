"""Paths into what the bank knows: `cards[last4=6688].status`, `orders.count`, `cards[0].kind`."""

from __future__ import annotations

import re
from typing import Final

from pydantic import JsonValue

_PART: Final = re.compile(r"(\w+)((?:\[[^\]]+\])*)")
_INDEX: Final = re.compile(r"\[([^\]]+)\]")
COUNT: Final = "count"


class NoSuchPath(Exception):  # noqa: N818 - an answer about the data, not a fault
    """The path leads nowhere; the message says where it ends."""


def value_at(state: JsonValue, path: str) -> JsonValue:
    """The value at a path.

    Args:
        state: Parsed JSON.
        path: Keys joined by dots; `[name=value]` chooses an element of a list, `[0]` counts,
            and a last `count` is the length of a list.

    Raises:
        NoSuchPath: A key or element does not exist, or the path cannot be read.
    """
    value = state
    for part in path.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            msg = f"`{part}` is not a key, optionally with [index] or [name=value]"
            raise NoSuchPath(msg)
        value = _key(value, match[1])
        for index in _INDEX.findall(match[2]):
            value = _element(value, index)
    return value


def _key(value: JsonValue, key: str) -> JsonValue:
    if isinstance(value, list) and key == COUNT:
        return len(value)
    if isinstance(value, dict) and key in value:
        return value[key]
    known = ", ".join(value) if isinstance(value, dict) else type(value).__name__
    msg = f"no `{key}` in {known}"
    raise NoSuchPath(msg)


def _element(value: JsonValue, index: str) -> JsonValue:
    items = value if isinstance(value, list) else []
    name, equals, wanted = index.partition("=")
    if not equals and index.isdigit() and int(index) < len(items):
        return items[int(index)]
    if equals:
        for item in items:
            if isinstance(item, dict) and str(item.get(name)) == wanted:
                return item
    msg = f"no element [{index}] among {len(items)}"
    raise NoSuchPath(msg)
