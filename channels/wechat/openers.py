"""Whether whoever opened a page is the contact its link was made for: the platform's own word.

A service account knows its follower by the openid of the web authorisation. WeCom customer service
knows its customer by another name; both are one human when the platform gives both the same
unionid. A mini program logs its user in itself and gets the openid of its own account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from channels.wechat.client import Client, errcode, read_json
from channels.wechat.database import Database
from channels.wechat.errors import CallRefused, OutcomeUnknown, Rejected
from channels.wechat.inbox import contact_place
from channels.wechat.ledger import Ledger

_CUSTOMERS: Final = "/cgi-bin/kf/customer/batchget"
_LOGIN: Final = "/sns/jscode2session"
_MOST_CODE: Final = 512


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom the web authorisation of the service account saw.

    Attributes:
        unionid: "" where the accounts have no common owner at the platform.
    """

    openid: str
    unionid: str


class Opener(Protocol):
    """How one surface knows who opens its links."""

    async def is_contact(self, contact_id: str, seen: Seen) -> bool:
        """Whether this is the contact.

        Raises:
            CallRefused: The platform does not say.
            NotSent: It could not be reached.
            OutcomeUnknown: It did not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class ByOpenid:
    """Implements Opener for the service account itself."""

    account: str
    database: Database

    async def is_contact(self, contact_id: str, seen: Seen) -> bool:
        """See the port."""
        return contact_id in self.database.pseudonyms(f"wechat\n{self.account}\n{seen.openid}")


@dataclass(frozen=True, slots=True)
class ByUnionid:
    """Implements Opener for WeCom customer service."""

    client: Client
    ledger: Ledger
    database: Database

    async def is_contact(self, contact_id: str, seen: Seen) -> bool:
        """See the port."""
        contact = await self.ledger.find(contact_id)
        if contact is None or contact.openid is None or not seen.unionid:
            return False
        name = self.database.unseal(contact.openid, contact_place(contact_id))
        found = await self.client.post(_CUSTOMERS, {"external_userid_list": [name]})
        customers = found.get("customer_list")
        return isinstance(customers, list) and any(
            isinstance(each, dict)
            and each.get("external_userid") == name
            and each.get("unionid") == seen.unionid
            for each in customers
        )


async def logged_in(client: Client, code: str) -> str:
    """The openid behind a code of a mini program's login; it works once.

    Raises:
        Rejected: `code`: the platform does not know it, or took it before.
        NotSent: The platform could not be reached.
    """
    if not 0 < len(code) <= _MOST_CODE:
        raise Rejected(reason="code")
    params = {
        "appid": client.app_id,
        "secret": client.secret.get_secret_value(),
        "js_code": code,
        "grant_type": "authorization_code",
    }
    return (await exchanged(client, _LOGIN, params)).openid


async def exchanged(client: Client, path: str, params: dict[str, str]) -> Seen:
    """Whom a code stands for.

    Raises:
        Rejected: `code`: the platform does not know it, or took it before.
        NotSent: The platform could not be reached.
    """
    try:
        answer = await client.ask(path, params)
        refused = errcode(answer)
        found = read_json(answer)
    except OutcomeUnknown as error:
        raise Rejected(reason="code") from error
    openid, unionid = found.get("openid"), found.get("unionid")
    if refused or not isinstance(openid, str) or not openid:
        raise Rejected(reason="code") from (CallRefused(refused) if refused else None)
    return Seen(openid, unionid if isinstance(unionid, str) else "")
