"""Sending to one customer by the API of a surface; what went wrong is told by type."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final, Protocol

from assistant.errors import AssistantError
from channels.capabilities import CAPABILITIES, Capability
from channels.rendering import Outgoing
from channels.wechat.client import Client

_log = logging.getLogger(__name__)

_SEND: Final = "/cgi-bin/message/custom/send"
_TYPING: Final = "/cgi-bin/message/custom/typing"


class Sender(Protocol):
    """The way out of one surface."""

    @property
    def can(self) -> Capability:
        """What the surface shows."""
        ...

    @property
    def client(self) -> Client:
        """The account's API."""
        ...

    async def send(self, openid: str, reply_to: str, message: Outgoing, reference: str) -> None:
        """Send one message.

        Args:
            openid: To whom.
            reply_to: The account's own name they wrote to.
            message: Fits the surface.
            reference: The same for the same message; kept by surfaces that know repeats.

        Raises:
            CallRefused: It was not delivered.
            NotSent: Nothing left.
            OutcomeUnknown: It may have been delivered.
        """
        ...

    async def typing(self, openid: str) -> None:
        """Show that an answer is on its way; never fails."""
        ...


@dataclass(frozen=True, slots=True)
class CustomSender:
    """Customer-service messages of a service account, or of a mini program."""

    client: Client
    can: Capability = CAPABILITIES["wechat"]

    async def send(self, openid: str, reply_to: str, message: Outgoing, reference: str) -> None:
        """See the port; the platform knows no repeats."""
        body: dict[str, Any] = {"touser": openid, **_content(message)}
        if self.can.label == "field":
            body["aimsgcontext"] = {"is_ai_msg": int(message.by_ai)}
        await self.client.post(_SEND, body)

    async def typing(self, openid: str) -> None:
        """See the port."""
        try:
            await self.client.post(_TYPING, {"touser": openid, "command": "Typing"})
        except AssistantError as error:
            _log.info("typing was not shown: %s", error.code)


def _content(message: Outgoing) -> dict[str, Any]:
    if not message.choices:
        return {"msgtype": "text", "text": {"content": message.text}}
    entries = [
        {"id": str(number), "content": title}
        for number, title in enumerate(message.choices, start=1)
    ]
    menu = {"head_content": message.text, "list": entries, "tail_content": ""}
    return {"msgtype": "msgmenu", "msgmenu": menu}
