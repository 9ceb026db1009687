"""A colleague beside a WeCom chat: how it stands, and the way to the desk, in a real Chromium."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import async_playwright, expect

from tests.e2e.processes import prepare
from tests.e2e.test_browser import AXE, CHROMIUM, FLAGS, PAGES, _required
from tests.e2e.wechat_processes import a_bank

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("GUITAI_LONG") != "1", reason="three processes and a browser: GUITAI_LONG=1"
    ),
    pytest.mark.timeout(600),
]
NARROW = {"width": 380, "height": 720}
WIDE = {"width": 1280, "height": 800}
PATIENCE_MS = 30_000
PHOTOGRAPHS = os.environ.get("GUITAI_TEST_IMAGES")
"""Folder for pictures of the page; unset: none are taken."""


@asynccontextmanager
async def a_colleague(playwright, url, viewport):
    """A browser signed in to nothing; what goes wrong in it is found at the end."""
    chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    context = await chromium.new_context(
        viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=url
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Policy" in said.text else None)
    try:
        yield page
        assert problems == []
    finally:
        await chromium.close()


async def photograph(page, name):
    assert await serious(page) == []
    if PHOTOGRAPHS:
        await page.screenshot(path=f"{PHOTOGRAPHS}/{name}.png")


async def serious(page):
    """Serious and critical findings of axe-core."""
    _required(AXE, "axe-core")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = (await page.evaluate("axe.run(document)"))["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


async def a_story(bank, page, size):
    """Lin locks a card in WeCom customer service and asks for a person; Li Jing looks on."""
    expect.set_options(timeout=PATIENCE_MS)
    openid = f"wm-lin{size}"
    await bank.bind(openid, "C1001", "wecom")
    await bank.ask_to_lock(openid, "6688", "wecom")

    await page.goto(f"/side-bar?contact={openid}")
    await page.get_by_role("button", name="登录").click()
    bar = page.locator("guitai-side-bar section")
    for words in ("林晓", "C1001", "3 级", "锁卡", "智能助手"):
        await expect(bar).to_contain_text(words)
    await photograph(page, f"side-bar-{size}")

    await page.get_by_role("link", name="在工作台打开").click()
    desk = page.locator("guitai-desk-conversation")
    await expect(desk).to_contain_text("林晓")
    await expect(desk).to_contain_text("帮我锁一下尾号6688的卡")
    await expect(desk).to_contain_text("由智能助手接待")
    await expect(desk.get_by_role("button", name="接入")).to_have_count(0)
    await photograph(page, f"side-bar-desk-{size}")

    await bank.wire.do("say", surface="wecom", openid=openid, text="转人工")
    await expect(desk.get_by_role("button", name="接入")).to_be_visible()
    await page.goto(f"/side-bar?contact={openid}")
    await expect(bar).to_contain_text("排队")
    await photograph(page, f"side-bar-waiting-{size}")
    await page.get_by_role("link", name="在工作台打开").click()
    await desk.get_by_role("button", name="接入").click()
    await desk.get_by_role("textbox").fill("您好，我是李静")
    await desk.get_by_role("button", name="发送").click()
    await bank.sees(openid, "您好，我是李静")
    await page.goto(f"/side-bar?contact={openid}")
    await expect(bar).to_contain_text("坐席：李静")
    await desk_closed(page, openid)


async def desk_closed(page, openid):
    """Hand the conversation back, and see it beside the chat."""
    await page.get_by_role("link", name="在工作台打开").click()
    await page.get_by_role("button", name="结束服务").click()
    await expect(page.locator("guitai-desk-conversation")).to_contain_text("已结束")
    await page.goto(f"/side-bar?contact={openid}")
    await expect(page.locator("guitai-side-bar section")).to_contain_text("智能助手")


async def test_a_colleague_sees_how_a_chat_stands_and_opens_the_desk_there(
    prepared, tmp_path_factory
):
    _required(CHROMIUM, "the browser")
    _required(PAGES.with_name("side-bar.html"), "the built page")
    folder = prepare(tmp_path_factory.mktemp("side-bar"), prepared)
    async with a_bank(folder) as bank, async_playwright() as playwright:
        for size in (NARROW, WIDE):
            async with a_colleague(playwright, bank.guitai.url, size) as page:
                await a_story(bank, page, size["width"])
                await what_is_not_there(page)


async def what_is_not_there(page):
    bar, desk = page.locator("guitai-side-bar"), page.locator("guitai-desk")
    await page.goto("/side-bar?contact=wm-nobody")
    await expect(bar).to_contain_text("还没有和智能助手说过话")
    await photograph(page, "side-bar-unknown")
    await page.goto("/side-bar")
    await expect(bar).to_contain_text("没有收到客户编号")
    await page.goto("/desk?conversation=c_none")
    await expect(desk).to_contain_text("没有找到这段对话")
