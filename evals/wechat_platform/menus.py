"""The menu below the chat, for everybody and for tags, and the tags themselves.

Source: "Create menu", "Conditional menu": one to three entries, up to five below each; title 16
bytes (60 below), key 128, address 1,024; rules by tag only (65320); three domains (65316).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.people import People

_WITH_KEY: Final = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album"}
    | {"pic_weixin", "location_select"}
)
_TYPES: Final = _WITH_KEY | {"view", "miniprogram", "media_id", "article_id"}
_RULES: Final = frozenset({"tag_id"})
_MOST_TOP, _MOST_SUB, _MOST_DOMAINS, _MOST_TAGS = 3, 5, 3, 100
_TITLE, _SUB_TITLE, _KEY, _URL, _TAG_NAME = 16, 60, 128, 1024, 30


@dataclass(slots=True)
class Menus:
    """Menus and tags of one account."""

    surface: str
    people: People
    general: dict[str, Any] | None = None
    conditional: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[int, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(208_396_938))
    _tag_ids: count[int] = field(default_factory=lambda: count(100))

    def answer(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Any call below `/cgi-bin/menu` and `/cgi-bin/tags`."""
        calls = {
            "/cgi-bin/menu/create": self._create,
            "/cgi-bin/menu/get": self._get,
            "/cgi-bin/menu/delete": self._delete,
            "/cgi-bin/menu/addconditional": self._add,
            "/cgi-bin/menu/delconditional": self._remove,
            "/cgi-bin/menu/trymatch": self._try,
            "/cgi-bin/tags/create": self._create_tag,
            "/cgi-bin/tags/get": self._tags,
            "/cgi-bin/tags/members/batchtagging": self._tag,
            "/cgi-bin/tags/members/batchuntagging": self._untag,
        }
        return calls[path](asked)

    def of(self, openid: str) -> list[dict[str, Any]]:
        """The entries a person sees: the newest menu that fits, else the general one."""
        person = self.people.find(self.surface, openid)
        tags = {str(tag) for tag in person.tags} if person is not None else set()
        for menu in reversed(self.conditional):
            if str(menu["matchrule"]["tag_id"]) in tags:
                return list(menu["button"])
        return list(self.general["button"]) if self.general else []

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        _check_menu(asked)
        self.general = {"button": asked["button"], "menuid": next(self._numbers)}
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.general is None:
            raise ApiError(46003, "menu no exist")
        found: dict[str, Any] = {"menu": self.general}
        return found | ({"conditionalmenu": self.conditional} if self.conditional else {})

    def _delete(self, _: dict[str, Any]) -> dict[str, Any]:
        self.general = None
        self.conditional.clear()
        return {"errcode": 0, "errmsg": "ok"}

    def _add(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.general is None:
            raise ApiError(65303, "there is no selfmenu, please create selfmenu first")
        rule = asked.get("matchrule")
        if not isinstance(rule, dict) or not any(rule.values()):
            raise ApiError(65305, "empty matchrule")
        if {name for name, value in rule.items() if value} - _RULES:
            raise ApiError(65320, "matchrule is limited to tags")
        if not str(rule["tag_id"]).isdigit() or int(rule["tag_id"]) not in self.tags:
            raise ApiError(45159, "invalid tag id")
        _check_menu(asked)
        number = next(self._numbers)
        self.conditional.append({"button": asked["button"], "matchrule": rule, "menuid": number})
        return {"menuid": str(number)}

    def _remove(self, asked: dict[str, Any]) -> dict[str, Any]:
        left = [menu for menu in self.conditional if str(menu["menuid"]) != str(asked["menuid"])]
        if len(left) == len(self.conditional):
            raise ApiError(65301, "menuid no exist")
        self.conditional[:] = left
        return {"errcode": 0, "errmsg": "ok"}

    def _try(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"button": self.of(str(asked.get("user_id", "")))}

    def _create_tag(self, asked: dict[str, Any]) -> dict[str, Any]:
        tag = asked.get("tag")
        name = str(tag.get("name", "")) if isinstance(tag, dict) else ""
        if not name or len(name.encode()) > _TAG_NAME:
            raise ApiError(45158, "invalid tag name")
        if name in self.tags.values():
            raise ApiError(45157, "tag name exists")
        if len(self.tags) >= _MOST_TAGS:
            raise ApiError(45056, "too many tags")
        number = next(self._tag_ids)
        self.tags[number] = name
        return {"tag": {"id": number, "name": name}}

    def _tags(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"tags": [{"id": number, "name": name} for number, name in self.tags.items()]}

    def _tag(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = self._known_tag(asked)
        for openid in asked.get("openid_list", []):
            self.people.get(self.surface, str(openid)).tags.add(number)
        return {"errcode": 0, "errmsg": "ok"}

    def _untag(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = self._known_tag(asked)
        for openid in asked.get("openid_list", []):
            self.people.get(self.surface, str(openid)).tags.discard(number)
        return {"errcode": 0, "errmsg": "ok"}

    def _known_tag(self, asked: dict[str, Any]) -> int:
        number = asked.get("tagid")
        if not isinstance(number, int) or number not in self.tags:
            raise ApiError(45159, "invalid tag id")
        return number


def _check_menu(asked: dict[str, Any]) -> None:
    entries = asked.get("button")
    if not isinstance(entries, list) or not 0 < len(entries) <= _MOST_TOP:
        raise ApiError(40016, "invalid button size")
    leaves: list[dict[str, Any]] = []
    for entry in entries:
        _check_title(entry, _TITLE, 40018)
        below = entry.get("sub_button") or []
        if len(below) > _MOST_SUB:
            raise ApiError(40023, "invalid sub button size")
        for each in below:
            _check_title(each, _SUB_TITLE, 40025)
        leaves += below or [entry]
    for leaf in leaves:
        _check_leaf(leaf)
    hosts = {urlsplit(str(leaf["url"])).hostname for leaf in leaves if leaf.get("url")}
    if len(hosts) > _MOST_DOMAINS:
        raise ApiError(65316, "too many domains")


def _check_title(entry: Any, most: int, code: int) -> None:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not 0 < len(name.encode()) <= most:
        raise ApiError(code, "invalid button name size")


def _check_leaf(leaf: dict[str, Any]) -> None:
    if leaf.get("type") not in _TYPES:
        raise ApiError(40017, "invalid button type")
    key, url = str(leaf.get("key", "")), str(leaf.get("url", ""))
    if leaf["type"] in _WITH_KEY and not 0 < len(key.encode()) <= _KEY:
        raise ApiError(40019, "invalid button key size")
    if leaf["type"] == "view" and not 0 < len(url.encode()) <= _URL:
        raise ApiError(40020, "invalid button url size")
