"""Receipts as files: signed, in one form only, so that no byte of one can be changed unseen.

A receipt is canonical JSON (sorted names, no spaces, ASCII) with a line end, signed with Ed25519
(RFC 8032). Whoever has the public key can check it, without the bank and without a network.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from assistant.notary.roots import Signer, canonical, is_signed_by, signed

KIND: Final = "guitai-receipt"
VERSION: Final = 1
_HEX: Final = re.compile(r"[0-9a-f]{128}")
"""Digits may not change their case either: the signature itself is not signed."""

_LONGEST: Final = 1_000_000


def write_receipt(body: dict[str, Any], signer: Signer) -> bytes:
    """The file of a receipt.

    Args:
        body: What it says; JSON values without floats.
        signer: Of this deployment.
    """
    return canonical(signed({**body, "kind": KIND, "v": VERSION}, signer)) + b"\n"


def read_receipt(content: bytes, public: str | None = None) -> tuple[dict[str, Any], str | None]:
    """Read a file and check it.

    Args:
        content: Of the file.
        public: Key it must be signed with, hexadecimal; None: the one it names itself, which
            shows that nothing was changed, but not whose receipt it is.

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
    key = public if public is not None else str(found.get("key"))
    if not is_signed_by(found, key):
        return found, "its signature does not hold: it was changed, or another key signed it"
    return found, None
