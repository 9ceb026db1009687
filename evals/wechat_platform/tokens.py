"""Access tokens: stable ones, the older kind, and how long each is good for.

Source: "Stable access token": 7,200 s; the same token until five minutes before its end, then a new
one while the old stays good; `force_refresh` voids the old at once, 20 times a day and 30 s apart.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.errors import ApiError

GOOD_FOR_S: Final = 7200
_EARLY_S: Final = 300
_FORCED_APART_S: Final = 30
_FORCED_A_DAY: Final = 20
_DAY_S: Final = 86_400
_FORM: Final = 64


@dataclass(slots=True)
class Tokens:
    """Tokens of one account.

    Attributes:
        fetched: Calls that gave one.
    """

    app_id: str
    secret: str
    clock: VirtualClock
    fetched: int = 0
    _good: dict[str, float] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _stable: str = ""
    _plain: str = ""
    _forced: list[float] = field(default_factory=list)

    def stable(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`/cgi-bin/stable_token`."""
        if asked.get("grant_type") != "client_credential":
            raise ApiError(40002, "invalid grant_type")
        self._check(str(asked.get("appid", "")), str(asked.get("secret", "")))
        now_s = self.clock.now_s()
        if asked.get("force_refresh"):
            self._force(now_s)
        if self._stable and self._good.get(self._stable, 0.0) - now_s > _EARLY_S:
            return self._answer(self._stable, now_s)
        # The one before stays good for what is left of its time.
        self._stable = self._new(now_s)
        return self._answer(self._stable, now_s)

    def plain(self, app_id: str, secret: str) -> dict[str, Any]:
        """`/cgi-bin/token`, and WeCom's `gettoken`: each one voids the one before."""
        self._check(app_id, secret)
        now_s = self.clock.now_s()
        self._good.pop(self._plain, None)
        self._plain = self._new(now_s)
        return self._answer(self._plain, now_s)

    def same(self, app_id: str, secret: str) -> dict[str, Any]:
        """WeCom's `gettoken`: the same token until it ends."""
        self._check(app_id, secret)
        now_s = self.clock.now_s()
        if self._good.get(self._plain, 0.0) <= now_s:
            self._plain = self._new(now_s)
        return self._answer(self._plain, now_s)

    def check(self, token: str) -> None:
        """Whether a call may be made with it.

        Raises:
            ApiError: 41001 missing, 40014 malformed, 42001 ended, 40001 not one that is good.
        """
        if not token:
            raise ApiError(41001, "access_token missing")
        if len(token) != _FORM:
            raise ApiError(40014, "invalid access_token")
        until_s = self._good.get(token)
        if until_s is None:
            raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
        if until_s <= self.clock.now_s():
            raise ApiError(42001, "access_token expired")

    def void(self) -> None:
        """Withdraw every token, as a second holder of the secret would."""
        self._good.clear()
        self._stable = self._plain = ""

    def _force(self, now_s: float) -> None:
        today = [at for at in self._forced if at > now_s - _DAY_S]
        if len(today) >= _FORCED_A_DAY or (today and now_s - today[-1] < _FORCED_APART_S):
            raise ApiError(45009, "reach max api daily quota limit")
        self._forced = [*today, now_s]
        self._good.pop(self._stable, None)
        self._stable = ""

    def _check(self, app_id: str, secret: str) -> None:
        if not app_id:
            raise ApiError(41002, "appid missing")
        if not secret:
            raise ApiError(41004, "appsecret missing")
        if app_id != self.app_id:
            raise ApiError(40013, "invalid appid")
        if secret != self.secret:
            raise ApiError(40125, "invalid appsecret")

    def _new(self, now_s: float) -> str:
        self.fetched += 1
        token = secrets.token_hex(_FORM // 2)
        self._good[token] = now_s + GOOD_FOR_S
        return token

    def _answer(self, token: str, now_s: float) -> dict[str, Any]:
        left_s = int(self._good[token] - now_s)
        return {"access_token": token, "expires_in": min(GOOD_FOR_S, left_s)}
