"""What the platform pushes, as one of four kinds of arrival, and the key each is known by.

The sender is the decrypted FromUserName, never a query parameter. A push sent again has the same
key: the MsgId of a message; sender, time, event and event key of an event, which has no id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from assistant.model.frozen import Frozen
from channels.wechat.errors import Rejected

Scene = Literal["message", "click", "follow", "scan", "enter"]
"""What the customer did that permits us to send; see `channels.wechat.quota`."""

Kind = Literal["text", "payload", "voice", "other", "follow", "leave", "silent"]
"""`text`: words. `payload`: a menu entry of ours. `voice`: speech to be fetched. `other`: a
picture, a place, a link: nothing we read. `follow`: a new follower. `leave`: no longer one.
`silent`: something to be known, not answered."""

_ID: Final = re.compile(r"[0-9A-Za-z_\-@.]{1,128}")
_NUMBER: Final = re.compile(r"\d{1,20}")
_UNREADABLE: Final = frozenset({"image", "video", "shortvideo", "location", "link", "file"})
_CLICKS: Final = frozenset(
    {"scancode_waitmsg", "scancode_push", "pic_sysphoto", "pic_weixin", "location_select"}
)
_MAX_TEXT: Final = 4000
_MAX_KEY: Final = 128


class Arrival(Frozen):
    """One push.

    Attributes:
        key: The same for every delivery of the same push, unique in the account.
        openid: Who sent it.
        to: The account's own name, for the passive reply.
        text: Words, or the payload of a menu entry.
        media_id: Where the recording is: 16 kHz where the platform offers it.
        media_id_8k: The same recording at 8 kHz, for when that one is not to be had; "" for none.
        media_format: `amr`, `speex`, …
        scene: What it permits us; None for nothing.
        detail: Machine name of what it was, for the log of a silent one.
        sent_at_s: When the platform says it was sent, seconds since 1970.
        job: Id of a task the event reports on (template messages).
    """

    key: str
    kind: Kind
    openid: str
    to: str
    text: str = ""
    media_id: str = ""
    media_id_8k: str = ""
    media_format: str = ""
    scene: Scene | None = None
    detail: str = ""
    sent_at_s: int = 0
    job: str = ""


def read_arrival(fields: Mapping[str, str]) -> Arrival:
    """The arrival in a push.

    Args:
        fields: Of the decrypted XML or JSON.

    Raises:
        Rejected: It names no sender, or has nothing it could be known by.
    """
    openid, to = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    kind = fields.get("MsgType", "")
    if not _ID.fullmatch(openid) or not _ID.fullmatch(to) or not kind:
        raise Rejected(reason="fields")
    at = fields.get("CreateTime", "")
    common = {"openid": openid, "to": to, "sent_at_s": int(at) if _NUMBER.fullmatch(at) else 0}
    if kind == "event":
        return _event(fields, common)
    message_id = fields.get("MsgId", "")
    if not _NUMBER.fullmatch(message_id):
        raise Rejected(reason="message_id")
    return _message(kind, fields, {**common, "key": f"m:{message_id}"})


def _message(kind: str, fields: Mapping[str, str], common: Mapping[str, object]) -> Arrival:
    match kind:
        case "text":
            # A click on an entry of a menu message comes as text and permits less than a message.
            is_click = bool(fields.get("bizmsgmenuid"))
            text = fields.get("Content", "")[: _MAX_TEXT + 1]
            scene: Scene = "click" if is_click else "message"
            return Arrival.model_validate({**common, "kind": "text", "text": text, "scene": scene})
        case "voice":
            narrow, wide = fields.get("MediaId", ""), fields.get("MediaId16K", "")
            known = {
                "media_id": wide or narrow,
                "media_id_8k": narrow if wide else "",
                "media_format": fields.get("Format", "").lower(),
            }
            return Arrival.model_validate({**common, "kind": "voice", "scene": "message", **known})
        case _:
            detail = kind if kind in _UNREADABLE else "unknown"
            return Arrival.model_validate(
                {**common, "kind": "other", "scene": "message", "detail": detail}
            )


def _event(fields: Mapping[str, str], common: Mapping[str, object]) -> Arrival:
    name = fields.get("Event", "")
    event_key = fields.get("EventKey", "")[:_MAX_KEY]
    job = fields.get("MsgID", "") if _NUMBER.fullmatch(fields.get("MsgID", "")) else ""
    key = f"e:{common['openid']}:{common['sent_at_s']}:{name[:40]}:{job or event_key}"
    more = _EVENTS.get(name.lower(), {"kind": "silent"})
    if name in _CLICKS:
        more = {"kind": "silent", "scene": "click"}
    text = event_key if more["kind"] == "payload" else ""
    status = fields.get("Status", "")[:40]
    detail = f"{name[:40]}{':' if status else ''}{status}".lower()
    return Arrival.model_validate(
        {**common, "key": key, "text": text, "detail": detail, "job": job, **more}
    )


_EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "subscribe": {"kind": "follow", "scene": "follow"},
    "unsubscribe": {"kind": "leave"},
    "scan": {"kind": "silent", "scene": "scan"},
    "click": {"kind": "payload", "scene": "click"},
    "user_enter_tempsession": {"kind": "silent", "scene": "enter"},
}
