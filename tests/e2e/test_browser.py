"""The customer's page in a real Chromium against a really running assistant."""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.processes import ROOT, assistant, free_port, prepare

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

CHROMIUM = Path("/usr/bin/chromium")
PAGES = ROOT / "channels" / "web" / "static" / "index.html"
AXE = ROOT / "channels" / "web" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
CUT_S = 30 if os.environ.get("GUITAI_LONG") == "1" else 5
PATIENCE_MS = 15_000

REMEMBER_SOCKETS = """
(() => {
  const Real = window.WebSocket;
  window.opened = [];
  window.WebSocket = class extends Real {
    constructor(...given) { super(...given); window.opened.push(this); }
  };
})()
"""
WORDS = """
(log) => [...log.querySelectorAll("guitai-bubble")].map(
  (bubble) => bubble.shadowRoot.querySelector(".bubble").innerText.replace(/\\s+/g, " ").trim())
"""
ASSISTANT_SAYS = "guitai-bubble.assistant"


def _required(path: Path, what: str) -> None:
    """Skip, saying why; in continuous integration nothing may be missing."""
    if path.exists():
        return
    reason = f"{what} is missing: {path}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def site(prepared, tmp_path_factory):
    _required(CHROMIUM, "the browser")
    _required(PAGES, "the built page")
    folder = prepare(tmp_path_factory.mktemp("site"), prepared)
    running = assistant(folder, free_port(), "--with-sandbox")
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def browser(site):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield chromium
        chromium.close()


@pytest.fixture
def bank(site):
    with httpx.Client(base_url=f"http://127.0.0.1:{_sandbox_port(site)}", trust_env=False) as bank:
        bank.post("/sandbox/reset").raise_for_status()
        yield bank


def _sandbox_port(site) -> str:
    return site.settings["GUITAI_SANDBOX_PORT"]


@contextmanager
def open_page(browser, site, *, address="/", viewport=PHONE):
    context = browser.new_context(
        viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.add_init_script(REMEMBER_SOCKETS)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    page.goto(site.url + address)
    try:
        yield page
        assert problems == []
    finally:
        context.close()


def sign_in(page, name="林晓"):
    page.locator("guitai-header .identity").click()
    page.locator("guitai-sign-in").get_by_role("button", name=name).click()
    expect(page.locator("guitai-header .identity")).to_contain_text(name)


def say(page, words):
    """Say something; returns once it was answered."""
    replies = page.locator(ASSISTANT_SAYS)
    before = replies.count()
    page.locator("guitai-composer textarea").fill(words)
    page.locator("guitai-composer textarea").press("Enter")
    expect(replies.nth(before)).to_be_visible()
    expect(page.locator("guitai-bubble[preview]")).to_have_count(0)


def read(page):
    """Every bubble's words, in order."""
    return page.locator("guitai-log [role=log]").evaluate(WORDS)


def lock(page):
    """Lock card 6688 by talking."""
    say(page, "帮我锁一下尾号6688的卡")
    page.locator(ASSISTANT_SAYS).last.get_by_role("button", name=re.compile("确认|锁")).last.click()
    expect(page.locator(".card.receipt")).to_be_visible()


def status_of(bank, last4):
    cards = bank.get("/customers/C1001").json()["cards"]
    return next(card["status"] for card in cards if card["last4"] == last4)


def violations(page):
    """Serious and critical findings of axe-core; the page's own policy forbids script tags."""
    _required(AXE, "axe-core")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_a_card_is_locked_by_talking_and_the_receipt_is_shown(browser, site, bank):
    with open_page(browser, site) as page:
        sign_in(page)
        lock(page)
        receipt = page.locator(".card.receipt")
        expect(receipt).to_contain_text("6688")
        expect(receipt).to_contain_text("HY")
        assert status_of(bank, "6688") == "locked"
        assert violations(page) == []


def test_a_citation_opens_the_document_at_the_quoted_sentence(browser, site, bank):
    with open_page(browser, site) as page:
        say(page, "借记卡挂失怎么办理？")
        page.locator(ASSISTANT_SAYS).last.locator("button.source").first.click()
        mark = page.locator("guitai-document mark")
        expect(mark).to_be_in_viewport()
        assert mark.inner_text().strip()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("guitai-document")).to_have_count(0)


def test_language_and_type_size_can_be_changed_in_the_middle(browser, site, bank):
    with open_page(browser, site) as page:
        sign_in(page)
        say(page, "我的余额还有多少")
        words = read(page)
        small = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        page.locator("guitai-header").get_by_role("button", name="EN (English)").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        say(page, "what is my balance")
        reply = page.locator(ASSISTANT_SAYS).last.locator(".bubble").inner_text()
        assert "12,480.55" in reply
        assert "Total" in reply
        assert "合计" not in reply
        page.locator("guitai-header button.elder").click()
        large = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert 1.25 <= large / small <= 1.5
        assert read(page)[: len(words)] == words
        assert violations(page) == []
        page.reload()
        expect(page.locator("guitai-header button.elder")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(ASSISTANT_SAYS).last).to_contain_text("12,480.55")


def test_two_pages_of_one_conversation_agree_after_one_was_cut_off(browser, site, bank):
    with open_page(browser, site) as here:
        sign_in(here)
        say(here, "我的余额还有多少")
        with open_page(browser, site, viewport=DESKTOP) as there:
            sign_in(there)
            there.goto(site.url + "/" + here.evaluate("location.hash"))
            expect(there.locator(ASSISTANT_SAYS).last).to_contain_text("12,480.55")

            there.context.set_offline(True)
            there.evaluate("opened.forEach((socket) => socket.close())")
            cut_at = time.monotonic()
            there.locator("guitai-composer textarea").fill("最近三笔交易")
            there.locator("guitai-composer textarea").press("Enter")
            lock(here)
            say(here, "借记卡挂失怎么办理？")
            here.wait_for_timeout(max(0.0, CUT_S - (time.monotonic() - cut_at)) * 1000)
            assert "最近三笔交易" not in read(here)
            assert there.locator(".card.receipt").count() == 0
            there.context.set_offline(False)

            expect(there.locator(".card.receipt")).to_be_visible()
            for page in (here, there):
                expect(page.locator("guitai-log [role=log]")).to_contain_text("最近三笔交易")
                expect(page.locator("guitai-log p.status")).to_have_count(0)
                expect(page.locator(ASSISTANT_SAYS).last).to_contain_text("支出")
            words = read(here)
            assert read(there) == words
            assert words.count("最近三笔交易") == 1
            assert status_of(bank, "6688") == "locked"
