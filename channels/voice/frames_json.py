"""Text frames of the telephone gateways, read strictly enough to be safe and no more."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from channels.voice.keypad import KEYS
from channels.voice.wire import BadFrame, Key, Signal

MAX_FRAME_BYTES = 65_536
"""Longest message taken; the longest of a gateway, a second of base64 µ-law, has 11 KB."""


def fields(message: str) -> dict[str, Any]:
    """The object in a text frame.

    Raises:
        BadFrame: It holds none.
    """
    if len(message) > MAX_FRAME_BYTES:
        msg = "too long"
        raise BadFrame(msg)
    try:
        given = json.loads(message)
    except (ValueError, RecursionError) as error:
        msg = "not JSON"
        raise BadFrame(msg) from error
    if not isinstance(given, dict):
        msg = "not an object"
        raise BadFrame(msg)
    return given


def inside(given: dict[str, Any], name: str) -> dict[str, Any]:
    """The object in a field.

    Raises:
        BadFrame: It is missing or no object.
    """
    found = given.get(name)
    if not isinstance(found, dict):
        msg = f"no {name}"
        raise BadFrame(msg)
    return found


def text(given: dict[str, Any], name: str) -> str:
    """The text in a field, "" without one."""
    found = given.get(name, "")
    return found if isinstance(found, str) else str(found)


def sound(encoded: str) -> bytes:
    """Base64 as bytes.

    Raises:
        BadFrame: It is not base64.
    """
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "not base64"
        raise BadFrame(msg) from error


def key(digit: str) -> list[Signal]:
    """A key as a signal; the letters A to D, which no telephone of a customer has, are none."""
    return [Key(digit)] if digit in KEYS else []


def flat(given: dict[str, Any]) -> dict[str, str]:
    """Fields that hold one value, as text."""
    return {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
