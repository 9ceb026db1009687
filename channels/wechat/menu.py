"""The menu below the chat: from content, within the platform's limits, published by command.

Its entries are the buttons of the response `utter_channel_menu`; touching one sends its payload.
Limits: at most three entries of our one level, 16 bytes of title, 128 of key.
"""

from __future__ import annotations

from typing import Any, Final

from assistant.errors import SettingsError
from assistant.model.ids import ResponseKey
from assistant.model.message import Locale
from assistant.model.release import Release
from assistant.response.render import pick
from channels.splitting import size
from channels.wechat.client import Client

_CREATE: Final = "/cgi-bin/menu/create"
_KEY: Final = ResponseKey("utter_channel_menu")
_MOST_ENTRIES: Final = 3
_MOST_TITLE: Final = 16
_MOST_KEY: Final = 128


def menu_of(release: Release, locale: Locale = "zh-Hans") -> dict[str, Any]:
    """The menu as the platform takes it.

    Raises:
        SettingsError: An entry exceeds a limit; it is named.
    """
    variants = release.responses.get(_KEY, ())
    buttons = variants[0].buttons if variants else ()
    if not 0 < len(buttons) <= _MOST_ENTRIES:
        msg = f"`{_KEY}` must have one to {_MOST_ENTRIES} buttons."
        raise SettingsError(msg)
    entries = []
    for button in buttons:
        title = pick(button.title, locale)
        if size(title) > _MOST_TITLE or size(button.payload) > _MOST_KEY:
            msg = f"Menu entry `{title}` is longer than {_MOST_TITLE} bytes, or its payload is."
            raise SettingsError(msg)
        entries.append({"type": "click", "name": title, "key": button.payload})
    return {"button": entries}


async def publish(client: Client, menu: dict[str, Any]) -> None:
    """Put the menu in place; chats show it after some minutes.

    Raises:
        CallRefused: The platform does not take it.
        NotSent: It could not be reached.
        OutcomeUnknown: It may be in place; publishing again is harmless.
    """
    await client.post(_CREATE, menu)
