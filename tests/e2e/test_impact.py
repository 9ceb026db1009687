"""Change a figure of a document: answers change with it, and those given before are found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import asynccontextmanager

import httpx
import pytest

from channels.app import create_app
from channels.bootstrap import build, make_brain
from channels.composition_documents import decide
from channels.settings import Settings, sample_pack
from tests.e2e.test_http_conversations import is_problem, opened
from tests.sandbox import BANK_URL, open_sandbox

pytestmark = pytest.mark.timeout(600)

QUESTIONS = {
    "fee": "借记卡挂失后补办新卡工本费多少？",
    "other": "借记卡挂失要多少手续费？",
    "elsewhere": "投诉多久给处理结果？",
}
DOCUMENT = "debit-card-loss"
OLD, NEW = "工本费5元", "工本费8元"
SUBJECT = "借记卡挂失不收取手续费"
"""Another document speaks of the same fee, and stays as it is."""
IMPACT = f"/v1/staff/documents/{DOCUMENT}/impact"


@asynccontextmanager
async def running(settings, clock, templates):
    async with open_sandbox(settings.data_dir, clock, templates) as bank:

        def client():
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(bank._transport.app), base_url=BANK_URL
            )

        brain = make_brain(settings)
        app = create_app(
            settings,
            lambda each: build(each, brain=brain, clock=clock, http=client()),
            bank=client(),
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as http,
        ):
            yield http


async def ask(http, headers):
    """One conversation for each question: its id and what was answered."""
    told = {}
    for name, question in QUESTIONS.items():
        path = await opened(http, headers)
        body = {"message_id": "m-1", "text": question}
        turn = (await http.post(f"{path}/messages", json=body, headers=headers)).json()
        text = "\n".join(reply["text"] for reply in turn["replies"])
        cited = {c["quote"] for reply in turn["replies"] for c in reply["citations"]}
        told[name] = (path.rpartition("/")[2], text, cited)
    return told


async def signed_in(http, path, body):
    answer = await http.post(f"/v1/sandbox/{path}", json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def changed_quotes(before, after):
    """Sentences with the old figure; what rested on one of them is told anew, nothing else."""
    changed = {quote for quote in before["fee"][2] if quote.startswith(SUBJECT) and OLD in quote}
    assert changed
    for name, (_, words, quotes) in before.items():
        assert (after[name][1] != words) is bool(quotes & changed)
        assert not after[name][2] & changed
    return changed


async def test_a_changed_figure_changes_its_answer_and_names_who_was_told_the_old_one(
    prepared, clock, tmp_path, tmp_path_factory
):
    pack = shutil.copytree(sample_pack(), tmp_path / "pack")
    data = shutil.copytree(prepared, tmp_path / "data")
    (data / "guitai.db").unlink(missing_ok=True)
    settings = Settings(
        _env_file=None, data_dir=data, content_dir=pack, bank_url=BANK_URL, sandbox=True
    )
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    customer = {"customer_id": "C1001", "level": 3}
    async with running(settings, clock, templates) as http:
        headers = await signed_in(http, "sign-in", customer)
        before = await ask(http, headers)

    path = pack / "documents" / f"{DOCUMENT}.md"
    text = path.read_text(encoding="utf-8")
    assert text.count(OLD) == 1
    path.write_text(text.replace(OLD, NEW), encoding="utf-8")
    decide(settings, "approve", (DOCUMENT,), by="周敏", at=clock.now(), maker="陈立")

    async with running(settings, clock, templates) as http:
        headers = await signed_in(http, "sign-in", customer)
        after = await ask(http, headers)
        changed = changed_quotes(before, after)
        assert is_problem(await http.get(IMPACT), 401, "auth.required")
        assert is_problem(await http.get(IMPACT, headers=headers), 403, "auth.forbidden")
        colleague = await signed_in(http, "staff-sign-in", {"colleague": "li"})
        impact = (await http.get(IMPACT, headers=colleague)).json()
        touched = {one["conversation_id"] for one in impact["replies"]}
        assert touched == {told[0] for told in before.values() if told[2] & changed}
        assert impact["conversations"] == len(touched)
        for reply in impact["replies"]:
            assert reply["old"] in changed
            assert NEW in reply["new"]
            assert reply["new"] in reply["draft"]
        missing = await http.get("/v1/staff/documents/nothing/impact", headers=colleague)
        assert is_problem(missing, 404, "document.not_found")
        unknown = await http.get(f"{IMPACT}?from=2001-01-01&to=2002-01-01", headers=colleague)
        assert is_problem(unknown, 404, "document.not_found")

    database = sqlite3.connect(data / "guitai.db")
    rows = database.execute("SELECT actor, deed, conversation_id FROM privacy_log").fetchall()
    database.close()
    assert {row for row in rows if row[0] == "li"} == {("li", "read", one) for one in touched}
