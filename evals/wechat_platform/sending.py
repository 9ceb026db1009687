"""Customer-service messages and the typing sign, with the platform's checks in its order.

Source: "Send customer-service message", "Typing state"; 2,048 bytes of text is measured by several
and documented for WeCom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.media import Media
from evals.wechat_platform.people import People, Person
from evals.wechat_platform.record import Record, Shown

MOST_BYTES: Final = 2048
_KINDS: Final = frozenset(
    {"text", "image", "voice", "video", "music", "news", "mpnewsarticle", "msgmenu", "wxcard"}
    | {"miniprogrampage", "link"}
)
_WITH_MEDIA: Final = frozenset({"image", "voice", "video"})
_TYPING_AFTER_S: Final = 30.0
_TYPING_S: Final = 15.0


@dataclass(slots=True)
class Sending:
    """Sends of one account.

    Attributes:
        surface: `service` or `mini`.
    """

    surface: str
    clock: VirtualClock
    people: People
    record: Record
    media: Media
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def send(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`/cgi-bin/message/custom/send`."""
        person = self._to(asked)
        kind = asked.get("msgtype")
        if kind not in _KINDS:
            raise ApiError(40008, "invalid message type")
        content = asked.get(str(kind))
        if not isinstance(content, dict):
            raise ApiError(47001, "data format error")
        text, choices = self._content(str(kind), content)
        person.spend(self.clock.now_s())
        person.typing_until_s = 0.0
        person.last_exchange_s = self.clock.now_s()
        label = asked.get("aimsgcontext")
        shown = Shown(
            surface=self.surface,
            openid=person.openid,
            text=text,
            via="custom",
            choices=choices,
            by_ai=isinstance(label, dict) and label.get("is_ai_msg") == 1,
            name=f"s{next(self._numbers)}",
        )
        self.record.show(shown)
        return {"errcode": 0, "errmsg": "ok"}

    def typing(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`/cgi-bin/message/custom/typing`."""
        person, now_s = self._to(asked), self.clock.now_s()
        command = asked.get("command")
        if command not in {"Typing", "CancelTyping"}:
            raise ApiError(45072, "invalid command")
        if command == "CancelTyping":
            person.typing_until_s = 0.0
            return {"errcode": 0, "errmsg": "ok"}
        if now_s - person.last_exchange_s > _TYPING_AFTER_S:
            raise ApiError(45080, "no exchange in the last 30 seconds")
        if person.typing_until_s > now_s:
            raise ApiError(45081, "already typing")
        person.typing_until_s = now_s + _TYPING_S
        return {"errcode": 0, "errmsg": "ok"}

    def _to(self, asked: dict[str, Any]) -> Person:
        openid = asked.get("touser")
        if not isinstance(openid, str) or not openid:
            raise ApiError(40003, "invalid openid")
        person = self.people.find(self.surface, openid)
        if person is None:
            raise ApiError(43004, "require subscribe")
        if person.refuses:
            raise ApiError(48002, "user refuses messages")
        return person

    def _content(self, kind: str, content: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
        """What the person reads, and the entries they may touch."""
        if kind == "text":
            return checked_text(content.get("content")), []
        if kind == "msgmenu":
            entries = content.get("list")
            if not isinstance(entries, list) or not entries:
                raise ApiError(40007, "invalid menu list")
            choices = [{"id": str(e.get("id")), "title": str(e.get("content"))} for e in entries]
            words = [content.get("head_content", ""), content.get("tail_content", "")]
            return checked_text("\n".join(str(each) for each in words if each)), choices
        if kind in _WITH_MEDIA:
            self.media.find(str(content.get("media_id", "")))
            return f"[{kind}]", []
        articles = content.get("articles", [])
        if kind == "news" and (not isinstance(articles, list) or len(articles) != 1):
            raise ApiError(45008, "article count out of limit")
        title = str(content.get("title") or (articles[0].get("title") if articles else ""))
        return f"[{kind}] {title}", []


def checked_text(text: object) -> str:
    """Text within the platform's size.

    Raises:
        ApiError: 44004 for none, 45002 for too much.
    """
    if not isinstance(text, str) or not text:
        raise ApiError(44004, "empty content")
    if len(text.encode()) > MOST_BYTES:
        raise ApiError(45002, "content size out of limit")
    return text
