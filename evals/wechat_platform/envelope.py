"""The encrypted envelope, by wechatpy: an implementation that shares nothing with the product."""

from __future__ import annotations

import base64
import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

from evals.wechat_platform.config import Account

_NONCE_DIGITS: Final = 10**10


class Unreadable(Exception):  # noqa: N818 - describes the answer
    """An answer is not what the platform takes; the reason is a word."""

    def __init__(self, *, reason: str) -> None:
        """Keep the word."""
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Push:
    """One request to a callback address."""

    query: dict[str, str]
    body: bytes
    content_type: str


def signature(*parts: str) -> str:
    """The platform's signature over these parts."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def xml_of(fields: Mapping[str, Any]) -> str:
    """Fields as the platform writes them: text in CDATA, numbers bare."""
    inside = "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Seals pushes and opens replies of one account."""

    account: Account

    def seal(self, plain: str, openid: str, now_s: float, *, as_json: bool = False) -> Push:
        """A push in secure mode, with a fresh nonce."""
        at, nonce = str(int(now_s)), str(secrets.randbelow(_NONCE_DIGITS))
        sealed = self.encrypted(plain)
        query = {
            "signature": signature(self.account.token, at, nonce),
            "timestamp": at,
            "nonce": nonce,
            "openid": openid,
            "encrypt_type": "aes",
            "msg_signature": signature(self.account.token, at, nonce, sealed),
        }
        fields = {"ToUserName": self.account.name, "Encrypt": sealed}
        if as_json:
            return Push(query, json.dumps(fields).encode(), "application/json")
        return Push(query, xml_of(fields).encode(), "text/xml")

    def encrypted(self, plain: str, key: str | None = None) -> str:
        """The text under the account's key, or another one."""
        crypto = PrpCrypto(base64.b64decode(f"{key or self.account.aes_key}="))
        found = crypto.encrypt(plain, self.account.app_id)
        return found.decode() if isinstance(found, bytes) else str(found)

    def open(self, body: str) -> dict[str, str]:
        """Fields of a reply in secure mode.

        Raises:
            Unreadable: It is not encrypted, not signed, for somebody else, or no message.
        """
        outer = _fields(body)
        try:
            sealed, given = outer["Encrypt"], outer["MsgSignature"]
            at, nonce = outer["TimeStamp"], outer["Nonce"]
        except KeyError as error:
            raise Unreadable(reason="not_encrypted") from error
        if signature(self.account.token, at, nonce, sealed) != given:
            raise Unreadable(reason="signature")
        crypto = PrpCrypto(base64.b64decode(f"{self.account.aes_key}="))
        try:
            plain = crypto.decrypt(sealed, self.account.app_id)
        except (WeChatException, ValueError, struct.error) as error:
            raise Unreadable(reason="decryption") from error
        return _fields(str(plain))


def _fields(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else xmltodict.parse(text)["xml"]
    except (ValueError, KeyError, ExpatError) as error:
        raise Unreadable(reason="form") from error
    if not isinstance(found, dict):
        raise Unreadable(reason="form")
    return {str(name): "" if value is None else str(value) for name, value in found.items()}


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_value(inside)}</{name}>" for name, inside in value.items())
    if isinstance(value, int):
        return str(value)
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"
