"""Temporary media: three days, known by an id; videos are answered with an address."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.errors import ApiError

KEPT_S: Final = 3 * 86_400
_MOST: Final = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    kind: str
    content_type: str
    content: bytes
    until_s: float


@dataclass(slots=True)
class Media:
    """The files of one account."""

    clock: VirtualClock
    files: dict[str, File] = field(default_factory=dict)

    def put(self, kind: str, content_type: str, content: bytes) -> str:
        """Keep a file.

        Raises:
            ApiError: 40004 for another kind, 45001 for too much, 44001 for none.
        """
        if kind not in _MOST:
            raise ApiError(40004, "invalid media type")
        if not content:
            raise ApiError(44001, "empty media data")
        if len(content) > _MOST[kind]:
            raise ApiError(45001, "media size out of limit")
        media_id = secrets.token_urlsafe(32)
        until_s = self.clock.now_s() + KEPT_S
        self.files[media_id] = File(kind, content_type, content, until_s)
        return media_id

    def forget(self, media_id: str) -> None:
        """Drop a file before its time."""
        del self.files[media_id]

    def find(self, media_id: str) -> File:
        """A file.

        Raises:
            ApiError: 40007 when there is none, or its three days are over.
        """
        found = self.files.get(media_id)
        if found is None or found.until_s <= self.clock.now_s():
            raise ApiError(40007, "invalid media_id")
        return found


def uploaded(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Type and content of the file in a form.

    Raises:
        ApiError: 41005 when there is none.
    """
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    )
    for part in message.iter_parts() if message.is_multipart() else ():
        if part.get_filename():
            found = part.get_payload(decode=True)
            if isinstance(found, bytes):
                return part.get_content_type(), found
    raise ApiError(41005, "media data missing")
