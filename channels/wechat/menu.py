"""The menu below the chat: from content, within the platform's limits, published by command.

Its entries are the buttons of the response `utter_channel_menu`; touching one sends its payload.
Contacts who are bound see those of `utter_channel_menu_bound` where there is one: the platform
matches menus by tag alone, and a tag follows the binding.
Limits: at most three entries of our one level, 16 bytes of title, 128 of key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from assistant.errors import AssistantError, SettingsError
from assistant.model.ids import ResponseKey
from assistant.model.message import Locale
from assistant.model.release import Release
from assistant.response.render import pick
from channels.splitting import size
from channels.wechat.client import Client

_log = logging.getLogger(__name__)

_CREATE: Final = "/cgi-bin/menu/create"
_ADD: Final = "/cgi-bin/menu/addconditional"
_TAGS: Final = "/cgi-bin/tags/get"
_NEW_TAG: Final = "/cgi-bin/tags/create"
_MARK: Final = "/cgi-bin/tags/members/batchtagging"
_UNMARK: Final = "/cgi-bin/tags/members/batchuntagging"
_KEY: Final = ResponseKey("utter_channel_menu")
_BOUND: Final = ResponseKey("utter_channel_menu_bound")
_TAG: Final = "guitai-bound"
_MOST_ENTRIES: Final = 3
_MOST_TITLE: Final = 16
_MOST_KEY: Final = 128

Menu = dict[str, Any]


def menus_of(release: Release, locale: Locale = "zh-Hans") -> tuple[Menu, Menu | None]:
    """The menu for everybody and the one for contacts who are bound, as the platform takes them.

    Raises:
        SettingsError: An entry exceeds a limit; it is named.
    """
    has_other = bool(release.responses.get(_BOUND))
    return _menu(release, _KEY, locale), _menu(release, _BOUND, locale) if has_other else None


def _menu(release: Release, key: ResponseKey, locale: Locale) -> Menu:
    variants = release.responses.get(key, ())
    buttons = variants[0].buttons if variants else ()
    if not 0 < len(buttons) <= _MOST_ENTRIES:
        msg = f"`{key}` must have one to {_MOST_ENTRIES} buttons."
        raise SettingsError(msg)
    entries = []
    for button in buttons:
        title = pick(button.title, locale)
        if size(title) > _MOST_TITLE or size(button.payload) > _MOST_KEY:
            msg = f"Menu entry `{title}` is longer than {_MOST_TITLE} bytes, or its payload is."
            raise SettingsError(msg)
        entries.append({"type": "click", "name": title, "key": button.payload})
    return {"button": entries}


async def publish(client: Client, general: Menu, bound: Menu | None) -> None:
    """Put the menus in place; chats show them after some minutes.

    Raises:
        CallRefused: The platform does not take one.
        NotSent: It could not be reached.
        OutcomeUnknown: They may be in place; publishing again is harmless, for the newest counts.
    """
    await client.post(_CREATE, general)
    if bound is not None:
        tag = await _tag(client)
        if tag is None:
            made = (await client.post(_NEW_TAG, {"tag": {"name": _TAG}})).get("tag")
            tag = made.get("id") if isinstance(made, dict) else None
        await client.post(_ADD, {**bound, "matchrule": {"tag_id": str(tag)}})


@dataclass(slots=True)
class Tags:
    """The tag of contacts who are bound; which menu they see is all that hangs on it."""

    client: Client
    _number: object = None

    async def mark(self, openid: str, *, is_bound: bool) -> None:
        """Let the tag follow a binding; never fails, and does nothing where none is published."""
        try:
            self._number = self._number or await _tag(self.client)
            if self._number is None:
                return
            body = {"openid_list": [openid], "tagid": self._number}
            await self.client.post(_MARK if is_bound else _UNMARK, body)
        except AssistantError as error:
            _log.warning("a contact's menu was not changed: %s", error.code)


async def _tag(client: Client) -> object:
    """Number of our tag; None when there is none."""
    known = (await client.post(_TAGS, {})).get("tags")
    for each in known if isinstance(known, list) else ():
        if isinstance(each, dict) and each.get("name") == _TAG:
            return each.get("id")
    return None
