"""`guitai simulate --channels --tour`: one task from WeChat to the app to the telephone, aloud."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Final

from channels.bootstrap import make_brain
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from evals.journeys.doors import CallDoor, Door, WebDoor, WeChatDoor
from evals.journeys.journey import BALANCE, CUSTOMER, PHONE
from evals.journeys.site import Site, open_site
from evals.printing import say

_NUMBER: Final = re.compile(r"(\d{4}) (\d{4})")
_LINK: Final = re.compile(r"#go_on=[\w-]+")
_NAMES: Final = {"wechat": "WeChat", "web": "App", "voice": "Phone"}
_CODE: Final = "246810"


def tour() -> bool:
    """Play it and say whether the books are right."""
    with bar("embedding") as progress:
        brain = make_brain(read_settings(), progress)

    async def play() -> bool:
        with tempfile.TemporaryDirectory(prefix="guitai-tour-") as name:
            folder = Path(name)
            async with open_site(folder, brain, folder / "templates") as site:
                return await _play(site)

    return asyncio.run(play())


async def _play(site: Site) -> bool:
    state = await site.state(CUSTOMER)
    card = next(card["number"] for card in state["cards"] if card["last4"] == "6688")
    chat = await WeChatDoor.open(site, CUSTOMER, 3, 1)
    await _say(site, chat, "给妈妈转账")
    app = await WebDoor.open(site, CUSTOMER, 3, 2)
    await _say(site, app, "你好")
    await _say(site, app, "继续")
    await _say(site, app, "2000块")
    await _say(site, chat, "是的")
    await _say(site, app, "确认")
    told = await _say(site, app, "我打电话接着办")
    found = _NUMBER.search(told)
    number = "".join(found.groups()) if found else ""
    call = await CallDoor.open(site, CUSTOMER, 0, 3)
    await _say(site, call, "继续办理")
    for words in (number, PHONE, _CODE, state["name"], state["id_number"], card, _CODE):
        await _say(site, call, words)
    await call.leave()
    entries = [entry["operation"] for entry in await site.journal()]
    accounts = (await site.state(CUSTOMER))["accounts"]
    left = next(one["balance"]["amount"] for one in accounts if one["last4"] == "6688")
    say(f"Books of the bank: {', '.join(entries)}; balance {BALANCE} -> {left}")
    return entries == ["transfer_money"]


async def _say(site: Site, door: Door, words: str) -> str:
    site.clock.advance(2)
    told = await door.say(words)
    say(f"{_NAMES[door.place]} > {_hidden(words)}")
    for line in _LINK.sub("#go_on=…", told).splitlines():
        if line:
            say(f"    {line}")
    return told


def _hidden(words: str) -> str:
    """Typed secrets, as the customer would not read them out."""
    is_secret = len(words) >= len(_CODE) and words.removesuffix("X").isdigit()
    return f"[{len(words)} keys]" if is_secret and words != PHONE else words
