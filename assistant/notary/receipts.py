"""Receipts as files: signed, in one form only, so that no byte of one can be changed unseen.

A receipt is canonical JSON (sorted names, no spaces, ASCII) with a line end, signed with Ed25519
(RFC 8032). Whoever has the public key can check it, without the bank and without a network.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from assistant.notary.roots import Signer, canonical, is_signed_by, signed

KIND: Final = "guitai-receipt"
VERSION: Final = 1
_HEX: Final = re.compile(r"[0-9a-f]{128}")
"""Digits may not change their case either: the signature itself is not signed."""

_LONGEST: Final = 1_000_000
_HASH_DIGITS: Final = 16
_NOT_HASHED: Final = frozenset({"hashes", "key", "signature"})


def write_receipt(body: dict[str, Any], signer: Signer) -> bytes:
    """The file of a receipt.

    Args:
        body: What it says; JSON values without floats.
        signer: Of this deployment.
    """
    whole = {**body, "kind": KIND, "v": VERSION}
    return canonical(signed({**whole, "hashes": _hashes(whole)}, signer)) + b"\n"


def read_receipt(
    content: bytes, trusted: Collection[str] = ()
) -> tuple[dict[str, Any], str | None]:
    """Read a file and check it.

    Args:
        content: Of the file.
        trusted: Keys one of which must have signed it, hexadecimal: the present one and those
            it replaced. None: the one it names itself, which shows that nothing was changed, but
            not whose receipt it is.

    Returns:
        What it says (empty when it cannot be read), and what is wrong with it; None: nothing.
    """
    try:
        found = json.loads(content[:_LONGEST].decode("ascii"))
    except (ValueError, RecursionError):
        return {}, "it is not a receipt: no JSON"
    if not isinstance(found, dict) or found.get("kind") != KIND or found.get("v") != VERSION:
        return {}, "it is not a receipt of a kind known here"
    if canonical(found) + b"\n" != content:
        return found, "it is not in the form it was signed in"
    if not _HEX.fullmatch(str(found.get("signature"))):
        return found, "its signature is not written as it was made"
    key = str(found.get("key"))
    if not is_signed_by(found, key):
        changed = _changed(found)
        where = f" (changed: {', '.join(changed)})" if changed else ""
        return found, f"its signature does not hold: it was changed{where}, or not signed by {key}"
    if trusted and key not in trusted:
        return found, "another key signed it"
    return found, None


def _hashes(body: dict[str, Any]) -> dict[str, str]:
    """A hash for each value by its path: they tell what was changed, the signature that it was."""
    return {
        path: hashlib.sha256(canonical([path, value])).hexdigest()[:_HASH_DIGITS]
        for path, value in _leaves(body)
    }


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}" if path else name)


def _changed(found: dict[str, Any]) -> list[str]:
    """Paths whose value has another hash than the receipt says; unless the hashes were changed."""
    told = found.get("hashes")
    if not isinstance(told, dict):
        return []
    body = {name: value for name, value in found.items() if name not in _NOT_HASHED}
    present = _hashes(body)
    return [path for path in sorted(present.keys() | told) if present.get(path) != told.get(path)]
