"""`/v1/voice` from hello to goodbye, around the scripted assistant."""

import json
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.adapters.system import RandomIds, SystemClock
from channels.app import create_app
from channels.voice.connector import VoiceConnector
from channels.web import pages
from channels.web.security_headers import SecurityHeaders
from tests.e2e.conftest import bank_answers
from tests.unit.channels.voice.test_gateways import spoken_calls

ORIGIN = {"Origin": "http://testserver"}
GREETING = "您好我是智能助手"


@pytest.fixture
def calls():
    return spoken_calls(SystemClock(), RandomIds())


@pytest.fixture
def make(settings, calls):
    @contextmanager
    def opened(joined=calls):
        bank = httpx.AsyncClient(
            transport=httpx.MockTransport(bank_answers), base_url="http://bank.test"
        )
        connector = VoiceConnector(settings=settings, public_url="", calls=joined)
        chosen = settings.model_copy(update={"sandbox": True})
        app = create_app(chosen, joined.service.opened, bank=bank, connectors=(connector,))
        with TestClient(app) as client:
            yield client

    return opened


@pytest.fixture
def client(make):
    with make() as opened:
        yield opened


def ticket(client, customer_id=None):
    headers = {}
    if customer_id:
        body = {"customer_id": customer_id, "level": 3}
        signed = client.post("/v1/sandbox/sign-in", json=body).json()
        headers = {"Authorization": f"Bearer {signed['token']}"}
    return client.post("/v1/tickets", headers=headers).json()["ticket"]


def hello(one, **fields):
    return json.dumps({"v": 1, "type": "hello", "body": {"ticket": one, **fields}})


@contextmanager
def dial(client, headers=ORIGIN):
    with client.websocket_connect(
        "/v1/voice", subprotocols=["guitai.voice.v1"], headers=headers
    ) as socket:
        yield socket


def until(socket, kind):
    """Frames up to one of this kind; sound as its length."""
    seen = []
    while True:
        message = socket.receive()
        if message["type"] == "websocket.close":
            raise AssertionError((kind, seen, message))
        if message.get("bytes") is not None:
            seen.append(len(message["bytes"]))
            continue
        seen.append(json.loads(message["text"]))
        if seen[-1]["type"] == kind:
            return seen


def code_of(socket):
    """Why the connection is closed, whatever came before."""
    while (message := socket.receive())["type"] != "websocket.close":
        assert message["type"] == "websocket.send"
    return message["code"]


def test_a_page_that_says_hello_is_greeted_by_voice(client, calls):
    with dial(client) as socket:
        assert socket.accepted_subprotocol == "guitai.voice.v1"
        socket.send_text(hello(ticket(client)))
        frames = until(socket, "mark")
    welcome, notice = [frame for frame in frames if isinstance(frame, dict)][:2]
    assert welcome["body"]["audio"] == {"encoding": "pcm_s16le", "rate": 16_000, "channels": 1}
    assert notice["body"]["text"] == GREETING
    assert {frame for frame in frames if isinstance(frame, int)} == {640}


def test_keys_have_their_turn_as_the_customer_who_signed_in(client, calls):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client, "C1001")))
        until(socket, "mark")
        socket.send_text('{"v":1,"type":"key","body":{"digit":"0"}}')
        frames = until(socket, "bye")
    (message,) = calls.service.assistant.calls
    assert message.button == "/human_handoff"
    assert message.sign_in.customer_id == "C1001"
    assert any(isinstance(f, dict) and f["type"] == "transfer" for f in frames)


def test_a_call_that_was_cut_off_goes_on_in_its_conversation(client):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client)))
        welcome = until(socket, "welcome")[-1]
    conv = welcome["body"]["conv"]
    with dial(client) as socket:
        socket.send_text(hello(ticket(client), conv=conv))
        frames = until(socket, "mark")
    texts = [f["body"]["text"] for f in frames if isinstance(f, dict) and "text" in f["body"]]
    assert frames[0]["body"]["conv"] == conv
    assert texts[0] == "接着办"


def test_a_sentence_cut_off_in_the_middle_is_no_message_and_the_call_goes_on(client, calls):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client)))
        conv = until(socket, "mark")[0]["body"]["conv"]
        for _ in range(20):
            socket.send_bytes(b"\x70\0" * 320)
    with dial(client) as socket:
        socket.send_text(hello(ticket(client), conv=conv))
        assert until(socket, "welcome")[-1]["body"]["conv"] == conv
        until(socket, "mark")
    assert calls.service.assistant.calls == []


@pytest.mark.parametrize(
    "audio",
    [{"rate": 44_100}, {"rate": 0}, {"rate": "fast"}, {"channels": 2}, {"encoding": "mp3"}],
)
def test_sound_in_a_form_we_do_not_take_is_refused_at_hello(client, audio):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client), audio=audio))
        assert code_of(socket) == 4400


def test_somebody_elses_conversation_is_not_there(client):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client, "C1001")))
        conv = until(socket, "welcome")[-1]["body"]["conv"]
    with dial(client) as socket:
        socket.send_text(hello(ticket(client, "C1002"), conv=conv))
        assert code_of(socket) == 4401


def test_without_engines_the_page_is_told_how_to_get_them(make, calls):
    silent = type(calls)(service=calls.service, engines=None)
    with make(silent) as client, dial(client) as socket:
        socket.send_text(hello(ticket(client)))
        error = until(socket, "error")[-1]
        assert error["body"]["code"] == "voice.unavailable"
        assert error["body"]["text"] == "没有安装语音组件"
        assert code_of(socket) == 1013


def test_a_ticket_is_good_once(client):
    one = ticket(client)
    with dial(client) as socket:
        socket.send_text(hello(one))
        until(socket, "welcome")
    with dial(client) as socket:
        socket.send_text(hello(one))
        assert code_of(socket) == 4401


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.test"}, {"Origin": "null"}])
def test_a_page_of_another_site_gets_no_call(client, headers):
    with dial(client, headers) as socket:
        assert code_of(socket) == 4403


@pytest.mark.parametrize("first", ["{", "[]", '{"v":1,"type":"key","body":{"digit":"1"}}'])
def test_what_is_no_hello_ends_the_call(client, first):
    with dial(client) as socket:
        socket.send_text(first)
        assert code_of(socket) == 4400


def test_sound_faster_than_anybody_speaks_ends_the_call(client):
    with dial(client) as socket:
        socket.send_text(hello(ticket(client)))
        for _ in range(40):
            socket.send_bytes(bytes(8_192))
        assert code_of(socket) == 4400


def test_only_the_call_page_may_ask_for_the_microphone(tmp_path):
    app = FastAPI()
    for name in ("index.html", "desk.html", "search.html", "side-bar.html", "voice.html"):
        (tmp_path / name).write_text("<!doctype html>", encoding="utf-8")
    pages.install(app, tmp_path)
    app.add_middleware(SecurityHeaders)
    with TestClient(app) as client:
        asked = {
            path: client.get(path).headers["permissions-policy"]
            for path in ("/", "/desk", "/search", "/side-bar", "/voice")
        }
    assert [path for path, policy in asked.items() if "microphone=()" not in policy] == ["/voice"]
    assert "microphone=(self)" in asked["/voice"]
