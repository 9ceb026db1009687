"""Gateways call over real connections: the port for AudioSocket, the WebSockets of the others."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant.adapters.system import RandomIds, SystemClock
from assistant.model.release import ResponseVariant
from channels.settings import Settings
from channels.voice.call_parts import CallTimes
from channels.voice.calls import Calls
from channels.voice.connector import VoiceConnector
from channels.voice.patience import PatienceTimes
from tests.e2e.scripted_assistant import RELEASE, ScriptedService
from tests.unit.channels.voice.golden import ASTERISK, CALL, JAMBONZ, TWILIO, socket_frame
from tests.unit.channels.voice.phone import FakeSynthesiser, Vocabulary, engines

WORDS = replace(
    RELEASE,
    responses={
        **RELEASE.responses,
        **{
            key: (ResponseVariant(text={"zh-Hans": text}),)
            for key, text in {
                "utter_voice_welcome": "您好我是智能助手",
                "utter_voice_choice": "{title}按{digit}。",
                "utter_voice_back": "接着办",
                "utter_voice_not_here": "没有安装语音组件",
                "utter_voice_bye": "再见",
            }.items()
        },
    },
)
PASSWORD = "gateway-password"
TOKEN = "twilio-auth-token"
PUBLIC = "https://bank.test"


def spoken_calls(clock, ids, synthesiser=None):
    service = ScriptedService(clock=clock, ids=ids)
    conversations = replace(service.assistant.conversations, release=WORDS)
    service.assistant.conversations = conversations
    service.release = WORDS
    return Calls(service=service, engines=engines(Vocabulary(), synthesiser=synthesiser))


def calls(synthesiser=None):
    return spoken_calls(SystemClock(), RandomIds(), synthesiser)


def connector(joined, **settings):
    chosen = Settings(
        _env_file=None,
        voice_gateway_password=PASSWORD,
        voice_twilio_token=TOKEN,
        **settings,
    )
    return VoiceConnector(settings=chosen, public_url=PUBLIC, calls=joined)


def basic(password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"pbx:{password}".encode()).decode()}


def signature(address="wss://bank.test/hooks/voice/twilio", token=TOKEN):
    digest = hmac.new(token.encode(), address.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


@contextmanager
def opened(joined):
    app = FastAPI()
    (router,) = connector(joined).routers
    app.include_router(router)
    with TestClient(app) as client:
        yield client


@pytest.fixture
def web():
    with opened(calls()) as client:
        yield client


def speech(socket, seconds=0.3):
    """Sound and marks of the greeting, as the gateway gets them."""
    got = []
    while True:
        message = socket.receive()
        assert message["type"] == "websocket.send", message
        got.append(message.get("text") or message.get("bytes"))
        if isinstance(got[-1], str) and "mark" in got[-1].lower():
            return got


def test_twilio_hears_the_greeting_when_it_signs(web):
    with web.websocket_connect("/hooks/voice/twilio", headers=signature()) as socket:
        for frame in TWILIO[:3]:
            socket.send_text(frame)
        *media, mark = [json.loads(each) for each in speech(socket)]
        assert {each["event"] for each in media} == {"media"}
        assert mark["streamSid"] == "MZ1"


@pytest.mark.parametrize("headers", [{}, signature(token="other"), signature("wss://other/")])
def test_who_is_not_twilio_gets_no_call(web, headers):
    with (
        pytest.raises(WebSocketDisconnect),
        web.websocket_connect("/hooks/voice/twilio", headers=headers),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "first", "subprotocol"),
    [
        ("/hooks/voice/asterisk", ASTERISK[0], "media"),
        ("/hooks/voice/jambonz", JAMBONZ[0], "audio.drachtio.org"),
        ("/hooks/voice/jambonz", JAMBONZ[0], "audio.jambonz.org"),
    ],
)
def test_gateways_with_the_password_hear_the_greeting(web, path, first, subprotocol):
    with web.websocket_connect(path, subprotocols=[subprotocol], headers=basic()) as socket:
        assert socket.accepted_subprotocol == subprotocol
        socket.send_text(first)
        *sound, _ = speech(socket)
        assert sound
        assert all(isinstance(each, bytes) for each in sound)


@pytest.mark.parametrize("headers", [{}, basic("wrong"), {"Authorization": "Basic %%%"}])
@pytest.mark.parametrize("path", ["/hooks/voice/asterisk", "/hooks/voice/jambonz"])
def test_gateways_without_the_password_get_no_call(web, path, headers):
    with pytest.raises(WebSocketDisconnect), web.websocket_connect(path, headers=headers):
        pass


def until_hung_up(socket):
    while (message := socket.receive())["type"] == "websocket.send":
        if "HANGUP" in (message.get("text") or ""):
            return


def test_the_dialplan_of_chan_websocket_asks_whether_a_person_goes_on(web):
    address = "/hooks/voice/asterisk?call=call-1"
    with web.websocket_connect(address, headers=basic()) as socket:
        socket.send_text(ASTERISK[0])
        speech(socket)
        socket.send_text(ASTERISK[2].replace('"8"', '"0"'))
        until_hung_up(socket)
        asked = web.get("/hooks/voice/asterisk/call-1/ending", headers=basic())
    assert (asked.status_code, asked.text) == (200, "person")
    assert asked.headers["content-type"].startswith("text/plain")


def test_a_call_that_we_ended_is_nobodys():
    joined = calls()
    short = PatienceTimes(silence_ms=(), idle_ms=1_500)
    joined = replace(joined, times=CallTimes(patience=short))
    with opened(joined) as web:
        with web.websocket_connect("/hooks/voice/asterisk?call=call-2", headers=basic()) as socket:
            socket.send_text(ASTERISK[0])
            until_hung_up(socket)
        for name, ending in (("call-2", "ended"), ("never-heard-of", "person")):
            asked = web.get(f"/hooks/voice/asterisk/{name}/ending", headers=basic())
            assert asked.text == ending


@pytest.mark.parametrize("headers", [{}, basic("wrong")])
def test_how_a_call_ended_is_told_to_gateways_alone(web, headers):
    asked = web.get("/hooks/voice/asterisk/call-1/ending", headers=headers)
    assert asked.status_code == 401
    assert "person" not in asked.text


def test_a_frame_that_is_none_ends_the_call(web):
    with web.websocket_connect("/hooks/voice/asterisk", headers=basic()) as socket:
        socket.send_text("{")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


@asynccontextmanager
async def port(joined):
    server = await connector(joined).listen("127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def call(number, seconds, keys=""):
    """An AudioSocket call that sends silence and keys; when each frame came, and its payload."""
    reader, writer = await asyncio.open_connection("127.0.0.1", number)
    writer.write(socket_frame(0x01, CALL.bytes))
    loop, frames = asyncio.get_running_loop(), []
    end = loop.time() + seconds

    async def talk():
        for digit in keys:
            await asyncio.sleep(0.2)
            writer.write(socket_frame(0x03, digit.encode()))

    talking = asyncio.create_task(talk())
    try:
        async with asyncio.timeout_at(end):
            while True:
                kind, *size = await reader.readexactly(3)
                payload = await reader.readexactly(int.from_bytes(bytes(size)))
                frames.append((loop.time(), kind, payload))
    except (TimeoutError, asyncio.IncompleteReadError):
        pass
    await talking
    writer.close()
    return frames


async def test_four_calls_at_once_get_sound_without_a_break():
    joined = calls(FakeSynthesiser())
    async with port(joined) as number:
        results = await asyncio.gather(*(call(number, 4) for _ in range(4)))
    for frames in results:
        assert {kind for _, kind, _ in frames} == {0x10}
        assert {len(payload) for _, _, payload in frames} == {320}
        loud = [at for at, (_, _, payload) in enumerate(frames) if any(payload)]
        # The greeting lasts 0.8 s: 40 frames, none of them torn from the others by silence.
        assert loud[-1] - loud[0] + 1 == len(loud) == 40


async def test_zero_on_the_telephone_hands_the_call_back():
    joined = calls()
    async with port(joined) as number:
        frames = await call(number, 6, keys="0")
    assert frames[-1][1] == 0x00
    (message,) = joined.service.assistant.calls
    assert (message.button, message.channel, message.sign_in) == ("/human_handoff", "voice", None)


async def test_a_caller_who_says_nothing_is_hung_up_on_without_a_person():
    short = PatienceTimes(silence_ms=(), idle_ms=1_500)
    joined = replace(calls(), times=CallTimes(patience=short))
    async with port(joined) as number:
        frames = await call(number, 8)
    assert [kind for _, kind, _ in frames if kind != 0x10] == [0xFF]


def held_calls():
    return [task for task in asyncio.all_tasks() if "Call." in repr(task.get_coro())]


async def test_a_line_that_breaks_in_a_sentence_leaves_no_message_and_no_call_behind():
    joined = calls()
    async with port(joined) as number:
        _, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(socket_frame(0x01, CALL.bytes))
        await asyncio.sleep(1.2)
        for _ in range(20):
            writer.write(socket_frame(0x10, b"\x70\0" * 160))
        await writer.drain()
        assert held_calls()
        writer.transport.abort()
        await asyncio.sleep(0.3)
        assert held_calls() == []
    assert joined.service.assistant.calls == []


async def test_sound_at_another_rate_than_the_port_is_set_to_ends_the_call():
    async with port(calls()) as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(socket_frame(0x01, CALL.bytes) + socket_frame(0x12, bytes(640)))
        async with asyncio.timeout(5):
            assert await reader.read(100_000) is not None
            while await reader.read(100_000):
                pass
        writer.close()


async def test_a_browser_at_the_telephone_port_gets_nothing():
    async with port(calls()) as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
