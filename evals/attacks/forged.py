"""Tokens somebody makes up or spoils."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any, Final

import jwt

from evals.clock import BANK_DAY

_LATER: Final = timedelta(hours=12)


def spoilt(kind: str, token: str, key: str) -> str:
    """A token that must open nothing.

    Args:
        kind: `tampered`, `expired`, `unsigned`, `other_key` or `garbage`.
        token: A good one.
        key: What good ones are signed with, for one that was good until it expired.
    """
    claims = _claims(token)
    risen = {**claims, "level": 4}
    match kind:
        case "tampered":
            head, _, signature = token.split(".")
            return f"{head}.{_encoded(risen)}.{signature}"
        case "expired":
            iat, exp = BANK_DAY - 2 * _LATER, BANK_DAY - _LATER
            old = {**claims, "iat": int(iat.timestamp()), "exp": int(exp.timestamp())}
            return jwt.encode(old, key, algorithm="HS256")
        case "unsigned":
            return jwt.encode(risen, "", algorithm="none")
        case "other_key":
            return jwt.encode(risen, "a key of somebody else, long enough", algorithm="HS256")
        case _:
            return "eyJ.garbage.token"


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
