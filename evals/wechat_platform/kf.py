"""WeCom customer service (微信客服): news by callback, messages by cursor, sends known by their id.

Source: "Receive messages and events", "Send messages", "Session state", error codes 95000-95018 of
developer.work.weixin.qq.com.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.people import USED_UP, People
from evals.wechat_platform.record import Record, Shown
from evals.wechat_platform.sending import checked_text

SURFACE: Final = "wecom"
_TOKEN_S: Final = 600.0
_KEPT_S: Final = 3 * 86_400
_WELCOME_S: Final = 20.0
_MOST_LIMIT: Final = 1000
_MOST_CURSOR: Final = 64
_MSGID: Final = 32
_OPEN_STATES: Final = frozenset({0, 1})
_STATES: Final = range(5)
_ENDED: Final = 4
_CUSTOMER, _SYSTEM = 3, 4
_OVER_COUNT, _OVER_TIME = 95001, 95002


@dataclass(slots=True)
class CustomerService:
    """One account of the service.

    Attributes:
        inbox: Messages and events, oldest first.
        page: Most messages of one answer, whatever was asked.
        failures: How the next messages that were taken fail to arrive (4, 6, 10).
    """

    open_kfid: str
    clock: VirtualClock
    people: People
    record: Record
    inbox: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    failures: list[int] = field(default_factory=list)
    _tokens: dict[str, float] = field(default_factory=dict)
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def news(self, corp_id: str) -> dict[str, Any]:
        """Fields of the callback that says there is something to fetch."""
        token = secrets.token_urlsafe(16)
        now_s = self.clock.now_s()
        self._tokens[token] = now_s + _TOKEN_S
        return {
            "ToUserName": corp_id,
            "CreateTime": int(now_s),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": self.open_kfid,
        }

    def said(self, openid: str, kind: str, content: dict[str, Any]) -> str:
        """A customer wrote; the id of the message."""
        person, now_s = self.people.get(SURFACE, openid), self.clock.now_s()
        person.grant("message", now_s)
        return self._put(_CUSTOMER, openid, {"msgtype": kind, kind: content})

    def entered(self, openid: str) -> str:
        """A customer opened the chat; the code for a welcome."""
        code = secrets.token_urlsafe(12)
        self.people.get(SURFACE, openid)
        self._codes[code] = (openid, self.clock.now_s() + _WELCOME_S)
        event = {"event_type": "enter_session", "welcome_code": code}
        self._event(openid, event)
        return code

    def sync(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/sync_msg`: pages after a cursor; the first page is empty although there is more."""
        self._known(asked)
        token, cursor = str(asked.get("token", "")), str(asked.get("cursor", ""))
        if token and self._tokens.get(token, 0.0) <= self.clock.now_s():
            raise ApiError(95007, "invalid msg token")
        limit = asked.get("limit", _MOST_LIMIT)
        if not isinstance(limit, int) or not 0 < limit <= _MOST_LIMIT:
            raise ApiError(40058, "invalid limit")
        if len(cursor) > _MOST_CURSOR or (cursor and not cursor.isdigit()):
            raise ApiError(40058, "invalid cursor")
        at = int(cursor or 0)
        oldest_s = self.clock.now_s() - _KEPT_S
        found = self.inbox[at : at + min(limit, self.page)] if cursor else []
        following = at + len(found)
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": str(following),
            "has_more": int(following < len(self.inbox)),
            "msg_list": [each for each in found if each["send_time"] >= oldest_s],
        }

    def send(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/send_msg`: a message sent again under its id is shown once."""
        self._known(asked)
        openid, name = str(asked.get("touser", "")), str(asked.get("msgid", ""))
        person = self.people.find(SURFACE, openid)
        if person is None:
            raise ApiError(40003, "invalid external_userid")
        if name and (len(name) > _MSGID or not name.replace("-", "").replace("_", "").isalnum()):
            raise ApiError(40058, "invalid msgid")
        if name in self._sent:
            return {"errcode": 0, "errmsg": "ok", "msgid": name}
        text, choices = _content(asked)
        if person.kf_state not in _OPEN_STATES:
            raise ApiError(95018, "send msg session status invalid")
        try:
            person.spend(self.clock.now_s())
        except ApiError as error:
            code = _OVER_COUNT if error.code == USED_UP else _OVER_TIME
            raise ApiError(code, "send msg limited") from error
        name = name or f"kf{next(self._numbers)}"
        self._sent.add(name)
        if self.failures:
            event = {"event_type": "msg_send_fail", "fail_msgid": name}
            self._event(openid, {**event, "fail_type": self.failures.pop(0)})
        else:
            self._show(openid, text, choices, via="kf", name=name)
        return {"errcode": 0, "errmsg": "ok", "msgid": name}

    def welcome(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/send_msg_on_event`: once, and within 20 seconds."""
        openid, until_s = self._codes.pop(str(asked.get("code", "")), ("", 0.0))
        if until_s <= self.clock.now_s():
            raise ApiError(95003, "invalid code")
        text, choices = _content(asked)
        name = str(asked.get("msgid") or f"kf{next(self._numbers)}")
        self._show(openid, text, choices, via="welcome", name=name)
        return {"errcode": 0, "errmsg": "ok", "msgid": name}

    def customers(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/customer/batchget`."""
        wanted = [str(each) for each in asked.get("external_userid_list", [])]
        found = [self.people.find(SURFACE, each) for each in wanted]
        return {
            "errcode": 0,
            "errmsg": "ok",
            "customer_list": [
                {"external_userid": each.openid, "nickname": "", "unionid": each.unionid}
                for each in found
                if each is not None
            ],
            "invalid_external_userid": [
                name for name, each in zip(wanted, found, strict=True) if each is None
            ],
        }

    def state(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/service_state/get`."""
        self._known(asked)
        person = self.people.get(SURFACE, str(asked.get("external_userid", "")))
        return {"errcode": 0, "errmsg": "ok", "service_state": person.kf_state}

    def change_state(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`kf/service_state/trans`."""
        self._known(asked)
        person = self.people.get(SURFACE, str(asked.get("external_userid", "")))
        state = asked.get("service_state")
        if not isinstance(state, int) or state not in _STATES:
            raise ApiError(95016, "invalid state transition")
        if person.kf_state == _ENDED and state != 0:
            raise ApiError(95016, "invalid state transition")
        person.kf_state = state
        code = secrets.token_urlsafe(12)
        self._codes[code] = (person.openid, self.clock.now_s() + _WELCOME_S)
        return {"errcode": 0, "errmsg": "ok", "msg_code": code}

    def _known(self, asked: dict[str, Any]) -> None:
        if asked.get("open_kfid") != self.open_kfid:
            raise ApiError(95000, "invalid open_kfid")

    def _event(self, openid: str, event: dict[str, Any]) -> None:
        inside = {"open_kfid": self.open_kfid, "external_userid": openid, **event}
        self._put(_SYSTEM, openid, {"msgtype": "event", "event": inside})

    def _put(self, origin: int, openid: str, message: dict[str, Any]) -> str:
        name = f"in{secrets.token_urlsafe(16)}"
        known = {"msgid": name, "send_time": int(self.clock.now_s()), "origin": origin}
        people = (
            {} if origin == _SYSTEM else {"external_userid": openid, "open_kfid": self.open_kfid}
        )
        self.inbox.append({**known, **people, **message})
        return name

    def _show(
        self, openid: str, text: str, choices: list[dict[str, str]], *, via: str, name: str
    ) -> None:
        self.record.show(
            Shown(surface=SURFACE, openid=openid, text=text, via=via, name=name, choices=choices)
        )


def _content(asked: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    kind = asked.get("msgtype")
    content = asked.get(str(kind))
    if not isinstance(content, dict):
        raise ApiError(40008, "invalid message type")
    if kind == "text":
        return checked_text(content.get("content")), []
    if kind == "msgmenu":
        choices = [
            {"id": str(each["click"].get("id")), "title": str(each["click"].get("content"))}
            for each in content.get("list", [])
            if each.get("type") == "click"
        ]
        return checked_text(content.get("head_content")), choices
    if kind in {"link", "miniprogram", "image", "voice"}:
        return f"[{kind}] {content.get('title', '')}", []
    raise ApiError(40008, "invalid message type")
