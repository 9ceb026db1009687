"""Calls to the platform: tokens, time-outs, error classes, and the stop when a day is used up.

A call that was refused did not happen; one that never left did not either; of one that left and
brought no answer nobody knows, and it is never sent again by itself. Errors keep a number, never an
address or the platform's words: both may hold the token or what was sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import JsonValue, SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.ports import Clock
from channels.wechat.database import Database
from channels.wechat.errors import CallRefused, NotSent, OutcomeUnknown
from channels.wechat.tables import ACCOUNT, ms
from channels.wechat.tokens import Tokens, ensure_account

_log = logging.getLogger(__name__)

STABLE_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105 - a path
WECOM_TOKEN: Final = "/cgi-bin/gettoken"  # noqa: S105 - a path

TIMEOUT_S: Final = 5.0
_THROTTLED_TRIES: Final = 2
_BACK_OFF_S: Final = 0.5
_TOKEN_MAX: Final = 512
_PLATFORM_ZONE: Final = timezone(timedelta(hours=8))
"""Daily counters of the platform begin anew at midnight in Beijing."""

_NEVER_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

Json = dict[str, JsonValue]


@dataclass(slots=True)
class Client:
    """The API of one account.

    Attributes:
        account: Name of the account in our tables.
        app_id: App id, or corp id.
        token_path: `STABLE_TOKEN` or `WECOM_TOKEN`.
        back_off_s: First wait after a throttled call; doubled each time.
    """

    account: str
    app_id: str
    secret: SecretStr
    http: httpx.AsyncClient
    database: Database
    clock: Clock
    owner: str
    token_path: str = STABLE_TOKEN
    back_off_s: float = _BACK_OFF_S
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        """Join the tokens to this client."""
        self.tokens = Tokens(self.account, self.database, self.clock, self.owner, self._fetch_token)

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Call the API; JSON goes out as UTF-8 without escapes, which the platform refuses.

        Raises:
            CallRefused: It did not happen.
            NotSent: Nothing left.
            OutcomeUnknown: It may have happened.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        return read_json(await self._call("POST", path, content, {}))

    async def get(self, path: str, params: Mapping[str, str]) -> httpx.Response:
        """Fetch something, such as a file; see `post` for what may go wrong."""
        return await self._call("GET", path, None, params)

    async def ask(self, path: str, params: Mapping[str, str]) -> httpx.Response:
        """A call that needs no access token, without any second try."""
        return await self._send("GET", path, None, params)

    async def is_stopped(self) -> bool:
        """Whether the day's calls are used up."""

        async def work(connection: AsyncConnection) -> int:
            query = select(ACCOUNT.c.stopped_until_ms).where(ACCOUNT.c.account == self.account)
            return (await connection.execute(query)).scalar_one_or_none() or 0

        return await self.database.read(work) > ms(self.clock.now())

    async def _call(
        self, method: str, path: str, content: bytes | None, params: Mapping[str, str]
    ) -> httpx.Response:
        """One call, with one new token and two tries after a throttle, no more."""
        refused: str | None = None
        throttled = 0
        while True:
            token = await self.tokens.get(refused)
            answer = await self._send(method, path, content, {**params, "access_token": token})
            code = errcode(answer)
            if not code:
                return answer
            error = CallRefused(code)
            if error.kind == "token" and refused is None:
                refused = token
            elif error.kind == "throttle" and throttled < _THROTTLED_TRIES:
                await asyncio.sleep(self.back_off_s * 2**throttled)
                throttled += 1
            else:
                await self._note(error, path)
                raise error

    async def _send(
        self, method: str, path: str, content: bytes | None, params: Mapping[str, str]
    ) -> httpx.Response:
        headers = {"Content-Type": "application/json; charset=utf-8"} if content else None
        try:
            answer = await self.http.request(
                method, path, content=content, params=dict(params), headers=headers
            )
        except _NEVER_LEFT as error:
            _log_failure(path, error)
            raise NotSent from None  # the library's error carries the address, and that the token
        except httpx.HTTPError as error:
            _log_failure(path, error)
            raise OutcomeUnknown from None
        if answer.status_code != HTTPStatus.OK:
            _log.warning("%s answered %d", path, answer.status_code)
            raise OutcomeUnknown
        return answer

    async def _note(self, error: CallRefused, path: str) -> None:
        """Tell whoever watches the log; stop for the day when it is used up."""
        if error.kind in {"token", "permission", "content"}:
            _log.error("%s was refused with %d (%s)", path, error.errcode, error.kind)
        if error.kind != "daily":
            return
        _log.error("%s: the day's calls are used up; sends stop until midnight", path)
        today = self.clock.now().astimezone(_PLATFORM_ZONE)
        midnight = today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

        async def work(connection: AsyncConnection) -> None:
            await ensure_account(connection, self.account)
            stop = update(ACCOUNT).where(ACCOUNT.c.account == self.account)
            await connection.execute(stop.values(stopped_until_ms=ms(midnight)))

        await self.database.write(work)

    async def _fetch_token(self) -> tuple[str, int]:
        """A new token. Whatever goes wrong here, the call that needs it did not leave."""
        try:
            found = read_json(await self._ask_for_token())
        except OutcomeUnknown as error:
            raise NotSent from error
        token, good_for_s = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not 0 < len(token) <= _TOKEN_MAX:
            raise NotSent
        return token, good_for_s if isinstance(good_for_s, int) else 0

    async def _ask_for_token(self) -> httpx.Response:
        secret = self.secret.get_secret_value()
        if self.token_path == WECOM_TOKEN:
            params = {"corpid": self.app_id, "corpsecret": secret}
            answer = await self._send("GET", self.token_path, None, params)
        else:
            body = {
                "grant_type": "client_credential",
                "appid": self.app_id,
                "secret": secret,
                "force_refresh": False,
            }
            answer = await self._send("POST", self.token_path, json.dumps(body).encode(), {})
        code = errcode(answer)
        if code:
            error = CallRefused(code)
            await self._note(error, self.token_path)
            raise error
        return answer


def read_json(answer: httpx.Response) -> Json:
    """The object in an answer.

    Raises:
        OutcomeUnknown: It holds none.
    """
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise OutcomeUnknown from None  # what could not be read is not repeated
    if not isinstance(found, dict):
        raise OutcomeUnknown
    return found


def errcode(answer: httpx.Response) -> int:
    """The error an answer tells of; 0 for none, and for a file, which is no JSON."""
    media_type = answer.headers.get("content-type", "")
    if answer.content[:1] != b"{" or media_type.startswith(("audio/", "image/", "video/")):
        return 0
    code = read_json(answer).get("errcode", 0)
    return code if isinstance(code, int) else 0


def _log_failure(path: str, error: Exception) -> None:
    _log.warning("%s failed: %s", path, type(error).__name__)
