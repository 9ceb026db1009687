"""Real processes behind WeChat: the fake platform, the sandbox bank and the assistant."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from channels.cli.wechat_process import platform_process
from evals.wechat.wire import wire_to
from tests.e2e.processes import assistant, sandbox
from tests.integration.wechat.platform import ACCOUNT, AES_KEY, APP_ID, SECRET, TOKEN

PATIENCE_S = 120
"""For what takes a second on a machine with nothing else to do."""

CORP, KF = "wwcorp", "wk1"


@dataclass
class Bank:
    """Everything one run has."""

    wire: object
    books: httpx.AsyncClient
    guitai: object

    async def bind(self, openid, customer_id, surface="service"):
        """Open the link of a visitor who asked for something, log in and consent."""
        await self.wire.do("say", surface=surface, openid=openid, text="余额还有多少")
        await self.sees(openid, "/wechat/bind?t=")
        link = re.search(r"http://127\.0\.0\.1:\d+/wechat/bind\?t=\S+", self.shown(openid)[-1])[0]
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True, timeout=60) as phone:
            phone.cookies.set("wechat_person", openid, domain="127.0.0.1")
            page = await phone.get(link)
            proof = re.search(r'name="proof" value="(\w+)"', page.text)[1]
            form = {"proof": proof, "customer_id": customer_id, "consent": "yes"}
            bound = await phone.post(
                f"{self.guitai.url}/wechat/bound", data=form, headers={"Origin": self.guitai.url}
            )
            assert bound.status_code == 200, bound.text
        await self.sees(openid, "已经绑定")

    async def ask_to_lock(self, openid, last4, surface="service"):
        text = f"帮我锁一下尾号{last4}的卡"
        await self.wire.do("say", surface=surface, openid=openid, text=text)
        await self.sees(openid, "锁卡")

    async def sees(self, openid, text):
        assert await self.wire.sees(openid, text, PATIENCE_S), self.shown(openid)

    def shown(self, openid):
        return list(self.wire.shown[openid])


@asynccontextmanager
async def a_bank(folder, url=None):
    """The platform, the sandbox bank and the assistant behind it."""
    async with AsyncExitStack() as stack:
        books = sandbox(folder).begin()
        stack.callback(books.stop)
        more = {"GUITAI_DATABASE_URL": url} if url else {}
        guitai = assistant(folder, books.port, GUITAI_BANK_TIMEOUT_S="60", **more)
        callbacks = f"{guitai.url}/wechat"
        known = {"secret": SECRET, "token": TOKEN, "aes_key": AES_KEY}
        service = {**known, "app_id": APP_ID, "name": ACCOUNT, "callback": f"{callbacks}/callback"}
        wecom = {**known, "app_id": CORP, "name": KF, "callback": f"{callbacks}/kf/callback"}
        platform = stack.enter_context(platform_process({"service": service, "wecom": wecom}))
        guitai.settings |= {
            "GUITAI_WECHAT_APP_ID": APP_ID,
            "GUITAI_WECOM_CORP_ID": CORP,
            "GUITAI_WECHAT_API_URL": platform.api,
            "GUITAI_WECOM_API_URL": platform.api,
            "GUITAI_WECHAT_AUTHORIZE_URL": f"{platform.phone}/connect/oauth2/authorize",
            "GUITAI_PUBLIC_URL": guitai.url,
            "GUITAI_WECHAT_PASSIVE_S": "0.001",
        }
        for surface in ("WECHAT", "WECOM"):
            for name in known:
                guitai.settings[f"GUITAI_{surface}_{name.upper()}"] = known[name]
        stack.callback(guitai.stop)
        await asyncio.to_thread(guitai.begin().wait)
        await asyncio.to_thread(books.wait)
        wire = await stack.enter_async_context(wire_to(platform.phone))
        client = await stack.enter_async_context(books.client())
        yield Bank(wire, client, guitai)
