"""Requests to a callback address that are not what the platform sends: for tests of its door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from evals.wechat_platform.envelope import Envelope, Push, signature, xml_of

_OLD_S: Final = 600
_BOMB: Final = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>'
)
_OUTSIDE: Final = (
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'
)
_LARGE: Final = 70_000


def bad_push(what: str, envelope: Envelope, plain: str, openid: str, now_s: float) -> Push:
    """A push with one thing wrong with it.

    Raises:
        KeyError: No such thing.
    """
    good = envelope.seal(plain, openid, now_s)
    return _CHANGES[what](good, envelope, plain)


def _signed(envelope: Envelope, sealed: str, good: Push) -> Push:
    """A body the platform could have signed, with this inside."""
    query = dict(good.query)
    token = envelope.account.token
    query["msg_signature"] = signature(token, query["timestamp"], query["nonce"], sealed)
    body = xml_of({"ToUserName": envelope.account.name, "Encrypt": sealed})
    return Push(query, body.encode(), good.content_type)


def _query(good: Push, **changes: str) -> Push:
    return Push({**good.query, **changes}, good.body, good.content_type)


def _body(good: Push, body: bytes, content_type: str = "text/xml") -> Push:
    return Push(good.query, body, content_type)


def _plaintext(good: Push, _: Envelope, plain: str) -> Push:
    kept = {name: good.query[name] for name in ("signature", "timestamp", "nonce", "openid")}
    return Push(kept, plain.encode(), good.content_type)


def _wrong_token(good: Push, envelope: Envelope, plain: str) -> Push:
    sealed = envelope.encrypted(plain)
    at, nonce = good.query["timestamp"], good.query["nonce"]
    forged = signature("another-token", at, nonce, sealed)
    body = xml_of({"ToUserName": envelope.account.name, "Encrypt": sealed}).encode()
    return Push({**good.query, "msg_signature": forged}, body, good.content_type)


def _stale(good: Push, envelope: Envelope, plain: str) -> Push:
    at = str(int(good.query["timestamp"]) - _OLD_S)
    return _signed(envelope, envelope.encrypted(plain), _query(good, timestamp=at))


def _other_key(good: Push, envelope: Envelope, plain: str) -> Push:
    return _signed(envelope, envelope.encrypted(plain, key="K" * 43), good)


def _padding(good: Push, envelope: Envelope, plain: str) -> Push:
    """Cut to three blocks: what ends it is no padding."""
    return _signed(envelope, envelope.encrypted(plain)[:64], good)


def _inside(text: str) -> Callable[[Push, Envelope, str], Push]:
    """A well signed push with this for a message."""
    return lambda good, envelope, _: _signed(envelope, envelope.encrypted(text), good)


_CHANGES: Final[dict[str, Callable[[Push, Envelope, str], Push]]] = {
    "wrong_signature": lambda good, _, __: _query(good, msg_signature="0" * 40),
    "wrong_token": _wrong_token,
    "plaintext": _plaintext,
    "stale": _stale,
    "other_key": _other_key,
    "padding": _padding,
    "xxe": lambda good, _, __: _body(good, _OUTSIDE.encode()),
    "laughs": lambda good, _, __: _body(good, _BOMB.encode()),
    "laughs_inside": _inside(_BOMB),
    "xxe_inside": _inside(_OUTSIDE),
    "oversized": lambda good, _, __: _body(good, b"<xml>" + b"a" * _LARGE),
    "truncated": lambda good, _, __: _body(good, good.body[: len(good.body) // 2]),
    "empty": lambda good, _, __: _body(good, b""),
    "json_list": lambda good, _, __: _body(good, json.dumps(["a"]).encode(), "application/json"),
    "not_utf8": lambda good, _, __: _body(good, b"\xff\xfe<xml/>"),
    "no_sender": _inside(xml_of({"MsgType": "text", "Content": "x"})),
}
BAD: Final = tuple(_CHANGES)
