"""Who opens a page: web authorisation (`snsapi_base`), a mini program's login, user information.

Source: "Web authorisation", "jscode2session": a code is good once and for five minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.config import Account
from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.people import People

_CODE_S: Final = 300.0
_STATE_BYTES: Final = 128
_SCOPES: Final = frozenset({"snsapi_base", "snsapi_userinfo"})


@dataclass(slots=True)
class Code:
    """A code that was given out."""

    app_id: str
    openid: str
    until_s: float
    is_used: bool = False


@dataclass(slots=True)
class OAuth:
    """Codes of all accounts.

    Attributes:
        domains: Hosts that may be returned to.
    """

    clock: VirtualClock
    people: People
    domains: list[str]
    codes: dict[str, Code] = field(default_factory=dict)

    def authorise(self, account: Account, query: Mapping[str, str], openid: str) -> str:
        """The address a person who opens the authorisation page is sent on to.

        Raises:
            ApiError: The page would show an error instead.
        """
        if query.get("appid") != account.app_id:
            raise ApiError(10013, "appid invalid")
        if query.get("response_type") != "code" or query.get("scope") not in _SCOPES:
            raise ApiError(10005, "scope or response_type invalid")
        if len(query.get("state", "").encode()) > _STATE_BYTES:
            raise ApiError(10010, "state too long")
        target = urlsplit(query.get("redirect_uri", ""))
        if target.hostname not in self.domains:
            raise ApiError(10003, "redirect_uri domain mismatch")
        back = urlencode({"code": self.give(account, openid), "state": query.get("state", "")})
        joined = f"{target.query}&{back}" if target.query else back
        return urlunsplit((target.scheme, target.netloc, target.path, joined, ""))

    def give(self, account: Account, openid: str) -> str:
        """A new code for this person."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(account.app_id, openid, self.clock.now_s() + _CODE_S)
        return code

    def exchange(self, account: Account, query: Mapping[str, str]) -> dict[str, Any]:
        """`/sns/oauth2/access_token`."""
        if query.get("grant_type") != "authorization_code":
            raise ApiError(40002, "invalid grant_type")
        found = self._take(account, query, query.get("code", ""))
        person = self.people.get("service", found.openid)
        return {
            "access_token": secrets.token_hex(32),
            "expires_in": 7200,
            "refresh_token": secrets.token_hex(32),
            "openid": found.openid,
            "unionid": person.unionid,
            "scope": "snsapi_base",
        }

    def session(self, account: Account, query: Mapping[str, str]) -> dict[str, Any]:
        """`/sns/jscode2session`."""
        found = self._take(account, query, query.get("js_code", ""))
        person = self.people.get("mini", found.openid)
        return {
            "openid": found.openid,
            "session_key": secrets.token_urlsafe(16),
            "unionid": person.unionid,
        }

    def info(self, openid: str) -> dict[str, Any]:
        """`/cgi-bin/user/info`."""
        person = self.people.find("service", openid)
        if person is None:
            raise ApiError(40003, "invalid openid")
        if not person.follows:
            return {"subscribe": 0, "openid": openid}
        return {
            "subscribe": 1,
            "openid": openid,
            "unionid": person.unionid,
            "language": "zh_CN",
            "tagid_list": sorted(person.tags),
        }

    def _take(self, account: Account, query: Mapping[str, str], code: str) -> Code:
        if query.get("appid") != account.app_id:
            raise ApiError(40013, "invalid appid")
        if query.get("secret") != account.secret:
            raise ApiError(40125, "invalid appsecret")
        found = self.codes.get(code)
        if found is None or found.app_id != account.app_id:
            raise ApiError(40029, "invalid code")
        if found.is_used:
            raise ApiError(40163, "code been used")
        if found.until_s <= self.clock.now_s():
            raise ApiError(42003, "code expired")
        found.is_used = True
        return found
