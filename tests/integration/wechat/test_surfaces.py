"""WeCom customer service, the mini program and voice messages: the same rules on other doors."""

import asyncio
import io
import wave

import av
import pytest

from channels.voice.speech import Heard, SpeechUnavailable
from channels.wechat.errors import MediaUnusable
from channels.wechat.media import SAMPLE_RATE, decode
from channels.wechat.xml import write_fields
from tests.integration.wechat.platform import AES_KEY, Pusher

MINI = "wxminiprogram00001"
CORP = "ww0123456789abcdef"


@pytest.fixture
async def surfaces(open_world):
    async with open_world(
        wechat_mini_app_id=MINI,
        wechat_mini_secret="m",
        wecom_corp_id=CORP,
        wecom_secret="c",
        wecom_token="kf-token",
        wecom_aes_key=AES_KEY,
    ) as opened:
        yield opened


@pytest.fixture
def mini(surfaces):
    return Pusher(surfaces.http, surfaces.clock, "/wechat/mini/callback", MINI)


@pytest.fixture
def kf(surfaces):
    return Pusher(surfaces.http, surfaces.clock, "/wechat/kf/callback", CORP, token="kf-token")


def news(pusher, account="wk1"):
    fields = {"ToUserName": CORP, "CreateTime": 1, "MsgType": "event"}
    fields |= {"Event": "kf_msg_or_event", "Token": "t", "OpenKfId": account}
    return pusher.signed(write_fields(fields))


def message(number, text="你好", **changes):
    return {
        "msgid": f"msg{number}",
        "open_kfid": "wk1",
        "external_userid": "wm-lin",
        "origin": 3,
        "msgtype": "text",
        "text": {"content": text},
        **changes,
    }


async def told(surfaces, kf):
    query, body = news(kf)
    answer = await kf.post(query, body)
    assert (answer.status_code, answer.text) == (200, "success")
    for _ in range(20):
        await asyncio.sleep(0.02)
        await surfaces.settle()


async def test_customer_service_fetches_every_page_and_answers_each_message_once(surfaces, kf):
    surfaces.platform.inbox += [message(n, f"m{n}") for n in range(5)]
    await told(surfaces, kf)
    await told(surfaces, kf)
    said = "".join(surfaces.platform.texts())
    assert [said.count(f"echo m{n}") for n in range(5)] == [1] * 5
    assert all(len(one["msgid"]) <= 32 for one in surfaces.platform.sent)
    assert all("内容由AI生成" in text for text in surfaces.platform.texts())


async def test_words_of_servicers_and_of_the_system_are_no_messages(surfaces, kf):
    surfaces.platform.inbox += [message(1, origin=5), message(2, origin=4), {"msgid": 7}]
    await told(surfaces, kf)
    assert surfaces.echo.calls == []


async def test_whoever_enters_the_chat_is_welcomed_by_code(surfaces, kf):
    event = {"event_type": "enter_session", "welcome_code": "CODE1"}
    surfaces.platform.inbox.append({"msgid": "e", "msgtype": "event", "event": event})
    await told(surfaces, kf)
    (sent,) = surfaces.platform.sent
    assert (sent["path"], sent["code"]) == ("/cgi-bin/kf/send_msg_on_event", "CODE1")


async def test_an_unknown_outcome_of_customer_service_is_sent_again_under_the_same_id(surfaces, kf):
    surfaces.platform.codes.append("lost")
    surfaces.platform.inbox.append(message(1))
    await told(surfaces, kf)
    surfaces.clock.advance(3)
    await surfaces.settle()
    first, second = surfaces.platform.sent
    assert first["msgid"] == second["msgid"]


async def test_the_address_of_customer_service_is_verified_by_an_encrypted_echo(surfaces, kf):
    sealed = kf.codec.seal("1616140317", kf.codec.keys[0], "1", "2", bytes(16))
    query, _ = kf.signed("1616140317")
    at, nonce = query["timestamp"], query["nonce"]
    sealed = kf.codec.seal("1616140317", kf.codec.keys[0], at, nonce, bytes(16))
    params = {"timestamp": at, "nonce": nonce, "msg_signature": sealed.msg_signature}
    params["echostr"] = sealed.encrypt
    answer = await surfaces.http.get(kf.path, params=params)
    assert (answer.status_code, answer.text) == (200, "1616140317")


async def test_the_mini_program_is_acknowledged_at_once_and_answered_by_the_api(surfaces, mini):
    assert await mini.say("你好") is None
    await surfaces.settle()
    (text,) = surfaces.platform.texts()
    assert text == "echo 你好\n\n（内容由AI生成）"
    assert "aimsgcontext" not in surfaces.platform.sent[0]


async def test_entering_the_mini_programs_chat_permits_two_in_a_minute(surfaces, mini):
    await mini.say("你好")
    await surfaces.settle()
    surfaces.clock.advance(49 * 3600)
    assert await mini.event("user_enter_tempsession") is None
    await surfaces.settle()
    assert len(surfaces.platform.sent) == 1


class Ear:
    """Hears what it is told to."""

    def __init__(self, text):
        self.text, self.calls = text, []

    async def recognise(self, pcm, rate, expected=()):
        self.calls.append((len(pcm), rate))
        if self.text is None:
            raise SpeechUnavailable(reason="overloaded")
        return Heard(self.text)


def amr(seconds=1.0):
    """A recording as WeChat makes it: AMR, 8 kHz."""
    made = io.BytesIO()
    with av.open(made, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=8000)
        stream.layout = "mono"
        stream.bit_rate = 12_200
        frame = av.AudioFrame(format="s16", layout="mono", samples=160)
        frame.rate = 8000
        frame.planes[0].update(bytes(320))
        for number in range(int(seconds * 50)):
            frame.pts = number * 160
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


async def test_a_voice_message_is_fetched_decoded_and_heard(open_world):
    heard = Ear("余额")
    async with open_world(recogniser=heard) as world:
        world.platform.files["m16"] = ("audio/amr", amr())
        voice = {"MsgType": "voice", "MediaId": "m8", "MediaId16K": "m16", "Format": "amr"}
        assert "echo 余额" in await world.pusher.push(**voice)
    ((size, rate),) = heard.calls
    assert rate == SAMPLE_RATE
    assert 0.9 <= size / 2 / rate <= 1.1


@pytest.mark.parametrize("text", [None, ""])
async def test_a_recogniser_that_hears_nothing_is_said_so(open_world, text):
    async with open_world(recogniser=Ear(text)) as world:
        world.platform.files["m"] = ("audio/amr", amr())
        told = await world.pusher.push(MsgType="voice", MediaId="m", Format="amr")
        assert "没有听清" in told


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", b'{"errcode":40007}'),
        ("text/html", b"<html>"),
        ("audio/amr", b"#!AMR\nnoise"),
        ("audio/amr", b"x" * (2 * 1024 * 1024 + 1)),
    ],
    ids=["refused", "page", "noise", "large"],
)
async def test_a_recording_that_cannot_be_read_is_said_so(open_world, kind, content):
    async with open_world(recogniser=Ear("x")) as world:
        world.platform.files["m"] = (kind, content)
        told = await world.pusher.push(MsgType="voice", MediaId="m", Format="amr")
        assert "没有听清" in told
        assert world.echo.calls == []


def test_a_minute_is_decoded_and_more_is_not():
    with pytest.raises(MediaUnusable, match="too_long"):
        decode(amr(62), "amr")


def test_other_formats_are_known_by_themselves():
    made = io.BytesIO()
    with wave.open(made, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(bytes(16_000))
    assert len(decode(made.getvalue(), "wav")) == pytest.approx(32_000, abs=200)
