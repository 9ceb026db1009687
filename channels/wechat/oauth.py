"""Who opens a link of ours, as the platform says: the web authorisation of scope `snsapi_base`.

The link's facts wait in a cookie of this browser while the platform is asked; the state that goes
round is a hash of them, so an answer meant for another browser is worth nothing here. The
platform's code is taken once, by the platform itself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from channels.wechat.client import Client
from channels.wechat.errors import Rejected
from channels.wechat.links import LinkFacts, Links
from channels.wechat.openers import Opener, Seen, exchanged

_EXCHANGE: Final = "/sns/oauth2/access_token"
_STATE_DIGITS: Final = 32
_MOST_CODE: Final = 512


@dataclass(frozen=True, slots=True)
class OAuth:
    """The platform's word on who opens a page.

    Attributes:
        openers: How each account knows who opens a link of its own, by account.
        authorize_url: The platform's page.
        return_url: Where it sends the browser back to.
    """

    client: Client
    openers: Mapping[str, Opener]
    links: Links
    authorize_url: str
    return_url: str

    def address(self, token: str) -> str:
        """Where the browser goes to be recognised.

        Args:
            token: Of the link; it waits in the cookie meanwhile.
        """
        query = {
            "appid": self.client.app_id,
            "redirect_uri": self.return_url,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": _state(token),
        }
        return f"{self.authorize_url}?{urlencode(query)}#wechat_redirect"

    async def recognise(self, token: str, code: str, state: str) -> LinkFacts:
        """The facts of the link, verified to be opened by whom it was made for.

        Raises:
            Rejected: `state`, `code` or `stranger`: somebody else opened it.
            NotSent: The platform could not be reached.
        """
        facts = self.links.read(token, "bind", "page")
        if not hmac.compare_digest(state.encode("utf-8", "replace"), _state(token).encode()):
            raise Rejected(reason="state")
        seen = await self._seen(code)
        opener = self.openers.get(facts.account)
        if opener is None or not await opener.is_contact(facts.contact_id, seen):
            raise Rejected(reason="stranger")
        return facts.model_copy(update={"verified": True})

    async def _seen(self, code: str) -> Seen:
        if not 0 < len(code) <= _MOST_CODE:
            raise Rejected(reason="code")
        params = {
            "appid": self.client.app_id,
            "secret": self.client.secret.get_secret_value(),
            "code": code,
            "grant_type": "authorization_code",
        }
        return await exchanged(self.client, _EXCHANGE, params)


def _state(token: str) -> str:
    return hashlib.sha256(f"state|{token}".encode()).hexdigest()[:_STATE_DIGITS]
