"""Secrets planted through the front door are in no sink: logs, columns, prompts, errors, files."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import sqlite3
import sys
from dataclasses import replace

import httpx
import pytest

from assistant.gaps import open_questions
from assistant.model.personal import kind_of
from channels.app import create_app
from channels.bootstrap import build, make_understander
from channels.composition_log import open_log
from channels.logs import QuietFormatter
from channels.settings import Settings
from tests.e2e.conftest import MADE
from tests.loopback import served_in_thread
from tests.model_server import ModelServer
from tests.sandbox import BANK_URL, open_sandbox

pytestmark = pytest.mark.timeout(600)

ID = "11010519491231002X"
CARD = "6222021234567890128"
PHONE = "13912345678"
NAME = "欧阳震华"
CODE = "482913"
EMAIL = "ouyang.zhenhua@example.cn"
PLANTED = {
    "id": (ID, ID.lower()),
    "card": (CARD, "6222 0212 3456 7890 128"),
    "phone": (PHONE, "139 1234 5678", "139-1234-5678", "１３９１２３４５６７８"),
    "name": (NAME,),
    "code": (CODE,),
    "email": (EMAIL,),
}
SAYINGS = [
    f"我的身份证号是{ID}，手机号{PHONE}",
    f"给{NAME}转50块",
    "取消",
    f"查一下卡号6222 0212 3456 7890 128的余额，邮箱{EMAIL}",
    "我手机是139 1234 5678，帮我看看有什么理财",
    "１３９１２３４５６７８这个号能收短信吗",
    f"验证码是{CODE}",
    f"密码{CODE}，帮我登录",
    "给王芳转5000块",
    "/affirm",
    CODE,
    "转人工",
]


@pytest.fixture(scope="module")
def model():
    server = ModelServer()
    with served_in_thread(server.app) as url:
        yield server, url


@pytest.fixture
def logged():
    """Every log line of every library, as the process would write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(QuietFormatter("%(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
async def planted(model, brain, clock, tmp_path, tmp_path_factory, logged):
    """A conversation full of secrets, errors with secrets, a colleague who looks; then closed."""
    server, url = model
    server.reset()
    folder = tmp_path / "data"
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        bank_url=BANK_URL,
        sandbox=True,
        llm="openai:qwen-plus",
        llm_base_url=f"{url}/v1",
        llm_api_key="key-of-a-test",
        llm_sure=1.0,
        llm_timeout_s=2.0,
    )
    made = settings.model_copy(update={"data_dir": MADE})
    brain = replace(brain, understander=make_understander(made, brain.release, brain.encoder))
    answers = []
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with open_sandbox(tmp_path, clock, templates) as bank:

        def client():
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(bank._transport.app), base_url=BANK_URL
            )

        def opened(settings):
            return build(settings, brain=brain, clock=clock, http=client())

        app = create_app(settings, opened, bank=client())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as http,
        ):
            conversation, errors = await _walk(http)
            answers += errors
            desk = await _desk(http, conversation)
    return {
        "logs": logged.getvalue(),
        "prompts": json.dumps(server.requests, ensure_ascii=False),
        "errors": "\n".join(answers),
        "folder": folder,
        "asked": len(server.requests),
        "conversation": conversation,
        "desk": desk,
        "lexicon": brain.release.lexicon,
    }


async def _desk(http, conversation):
    """What a colleague's pages load: the queue, the reviews, a search that goes wrong."""
    signed = await http.post("/v1/sandbox/staff-sign-in", json={"colleague": "li"})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    queue = await http.get("/v1/staff/queue", headers=headers)
    [ticket] = queue.json()["tickets"]
    assert ticket["conversation_id"] == conversation
    accept = f"/v1/staff/tickets/{ticket['ticket_id']}/accept"
    pages = [
        queue,
        await http.post(accept, headers=headers),
        await http.get("/v1/staff/reviews", headers=headers),
        await http.get("/v1/staff/search", params={"q": f"x{CARD}" * 60}, headers=headers),
        await http.get(f"/v1/staff/reviews/{PHONE}", headers=headers),
        await http.get(f"/v1/staff/customers/{ID}/receipts/{CARD}", headers=headers),
    ]
    return [page.text for page in pages]


async def _walk(http):
    """Say everything; returns the conversation and the bodies of the answers that were errors."""
    signed = await http.post("/v1/sandbox/sign-in", json={"customer_id": "C1001", "level": 4})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    opened = await http.post("/v1/conversations", json={}, headers=headers)
    conversation = opened.json()["conversation_id"]
    path = f"/v1/conversations/{conversation}"
    for number, words in enumerate(SAYINGS):
        kind = "button" if words.startswith("/") else "text"
        body = {"message_id": f"m-{number}", kind: words}
        answer = await http.post(f"{path}/messages", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    secret = f"{ID} {CARD} {PHONE} {NAME} {CODE}"
    bad = (
        {"message_id": secret, "text": "x"},
        {"message_id": "m", "text": [secret]},
        {"message_id": "m", "text": "x", secret: secret},
        {"message_id": "m", "button": f"/{secret}" * 300},
    )
    errors = [
        (await http.post(f"{path}/messages", json=body, headers=headers)).text for body in bad
    ]
    errors.append((await http.post(f"{path}/messages", content=secret, headers=headers)).text)
    errors.append((await http.post(f"{path}/feedback", json={"rating": secret})).text)
    errors.append((await http.get(f"/v1/conversations/{CARD}", headers=headers)).text)
    rated = await http.post(f"{path}/feedback", json={"turn": 1, "rating": -1}, headers=headers)
    assert rated.is_success
    return conversation, errors


NUMBERS = ("id", "card", "phone")
"""What nobody may read off a page or a command. A name in free text has no form, nor has a code
that was said alone and not asked for; one that is named has."""


def _numbers(text):
    forms = [form for kind in NUMBERS for form in PLANTED[kind]]
    return [form for form in (*forms, f"验证码是{CODE}", f"密码{CODE}") if form in text]


async def _printed(folder, *arguments):
    """What a command writes, to both streams."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "channels.cli", *arguments),
        env={**os.environ, "GUITAI_DATA_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    written, _ = await process.communicate()
    return process.returncode, written.decode()


def _found(text):
    return [form for forms in PLANTED.values() for form in forms if form in text]


async def test_no_sink_holds_what_was_planted(planted):
    assert kind_of(ID) == "id_number"
    assert kind_of(CARD) == "card_number"

    assert _found(planted["logs"]) == []
    assert planted["asked"] > 0
    assert _found(planted["prompts"]) == []
    assert _found(planted["errors"]) == []

    database = sqlite3.connect(planted["folder"] / "guitai.db")
    tables = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    assert database.execute("SELECT count(*) FROM event").fetchone()[0] > len(SAYINGS)
    for table in tables:
        rows = database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our table
        assert _found(repr(rows)) == [], table
    database.close()

    for page in planted["desk"]:
        assert _numbers(page) == []
    reason = f"{PHONE} 来电，{ID}"
    for command in (
        ("replay", planted["conversation"], "--by", "li", "--reason", reason),
        ("replay", planted["conversation"], "--json"),
        ("replay", CARD),
        ("ledger", "list", "--json"),
        ("ledger", "show", PHONE),
        ("accesses", "C1001", "--json"),
        ("verify-log", "--json"),
        ("hold", "C1001", "--by", "li", "--reason", reason),
        ("accesses", "C1001"),
        ("keys", "rotate"),
    ):
        code, written = await _printed(planted["folder"], *command)
        named = [each for each in command[1:] if each in {CARD, PHONE}]
        assert code == bool(named), written  # what one typed oneself may be named back
        assert set(_numbers(written)) <= set(named), command[:2]

    settings = Settings(_env_file=None, data_dir=planted["folder"])
    async with open_log(settings) as log:
        stored = await log.store.load(planted["conversation"])
    gaps = list(open_questions(planted["conversation"], stored, planted["lexicon"]))
    assert gaps
    assert _found(repr([gap.text for gap in gaps])) == []

    files = [path for path in planted["folder"].rglob("*") if path.is_file()]
    assert "guitai.db" in {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        escaped = [json.dumps(form).strip('"') for forms in PLANTED.values() for form in forms]
        forms = [form for forms in PLANTED.values() for form in forms]
        assert not [form for form in forms if form.encode() in content], path.name
        assert not [form for form in escaped if form.encode() in content], path.name
