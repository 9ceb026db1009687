"""What each channel can show and do: one table that renderers go by.

A renderer never asks which channel it is; it asks what the channel can do. Sources: the vendors'
documentation for WeChat and WeCom; our own pages and calls for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

Choices = Literal["buttons", "menu", "words"]
"""`buttons` below a reply; `menu`: a message with entries to touch; `words` to say or type."""

Label = Literal["page", "field", "text", "spoken"]
"""How a customer is told that an AI wrote it: the page always shows it, a field of the message, a
line of text, or a spoken notice."""

Secrets = Literal["here", "page", "keypad"]
"""Where codes and identity numbers are entered: here, on the bank's own page, on the keypad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One channel.

    Attributes:
        text_bytes: Most bytes of UTF-8 in one message; None for no limit of the channel's own.
        choices: How choices are offered.
        most_choices: Most of them; None for any number.
        shows_cards: Whether structured content is shown as such, rather than in words.
        citations: A panel with the sentence, a line of text, or the title alone.
        label: How it is told that an AI wrote a message we send.
        passive_label: The same for an answer inside the platform's own request.
        secrets: Where they are entered.
        streams: Whether a reply may grow while it is made.
        resend_is_safe: Whether the same message sent twice is shown once.
        is_metered: Whether the platform counts what we may send.
    """

    channel: str
    text_bytes: int | None = None
    choices: Choices = "buttons"
    most_choices: int | None = None
    shows_cards: bool = True
    citations: Literal["panel", "text", "title"] = "panel"
    label: Label = "page"
    passive_label: Label = "text"
    secrets: Secrets = "here"
    streams: bool = False
    resend_is_safe: bool = True
    is_metered: bool = False


_WECHAT_TEXT_BYTES: Final = 2048
_WEB_FRAME_BYTES: Final = 32_768

_WECHAT: Final = Capability(
    channel="wechat",
    text_bytes=_WECHAT_TEXT_BYTES,
    choices="menu",
    most_choices=3,
    shows_cards=False,
    citations="text",
    label="field",
    secrets="page",
    resend_is_safe=False,
    is_metered=True,
)

_CHANNELS: Final = (
    Capability(channel="web", text_bytes=_WEB_FRAME_BYTES, streams=True),
    Capability(channel="text", choices="words", shows_cards=False, citations="text", label="text"),
    _WECHAT,
    replace(_WECHAT, channel="mini_program", label="text"),
    replace(_WECHAT, channel="wecom_kf", label="text", resend_is_safe=True),
    Capability(
        channel="wechat_page", choices="buttons", shows_cards=False, citations="title", label="page"
    ),
    Capability(
        channel="voice",
        choices="words",
        most_choices=3,
        shows_cards=False,
        citations="title",
        label="spoken",
        secrets="keypad",
        streams=True,
    ),
)

CAPABILITIES: Final = MappingProxyType({each.channel: each for each in _CHANNELS})
"""By the channel's name, as it stands in events."""
