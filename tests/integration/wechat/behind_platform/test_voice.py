"""Voice messages end to end: recorded, pushed, fetched, decoded, heard by a server, answered."""

import io
import math
from array import array
from contextlib import asynccontextmanager

import av
import httpx
import pytest

from assistant.model.spoken import SpokenWords
from channels.voice.engines.served import ServedRecogniser, Server, connect
from tests.integration.wechat.behind_platform.conftest import LONG_S, long
from tests.integration.wechat.platform import APP_ID, SECRET
from tests.speech_servers import Heard, openai_audio

pytestmark = long
MEDIA = "/cgi-bin/media/get"
LOUD, SOFT = 6000, 2000
TEXTS = {LOUD * 2 // 3: "余额", SOFT * 2 // 3: "明细"}
"""A sine of amplitude a has a mean of 2a/π; servers hear the nearest."""
WORDS = SpokenWords(prompts=("银行客服。",), terms=("余额",))
NOT_HEARD = "没有听清"


def amr(seconds=1.0, loud=LOUD):
    """A tone as WeChat records it: AMR, 8 kHz, one channel."""
    made = io.BytesIO()
    with av.open(made, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=8000)
        stream.layout = "mono"
        stream.bit_rate = 12_200
        for number in range(int(seconds * 50)):
            frame = av.AudioFrame(format="s16", layout="mono", samples=160)
            frame.rate, frame.pts = 8000, number * 160
            wave = (
                int(loud * math.sin(math.tau * 300 * (number * 160 + at) / 8000))
                for at in range(160)
            )
            frame.planes[0].update(array("h", wave).tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


@pytest.fixture
def heard():
    return Heard(TEXTS)


@pytest.fixture
def open_ear(heard, open_site):
    """The site with a recogniser behind a server that speaks OpenAI's protocol."""

    @asynccontextmanager
    async def opened(**settings):
        async with openai_audio(heard) as base, connect(base, "key") as client:
            server = Server(client=client, model="whisper-1", deadline_s=5.0)
            ear = ServedRecogniser(server=server, words=WORDS)
            async with open_site(recogniser=ear, **settings) as site:
                yield site

    return opened


async def speak(wire, openid, recording, surface="service", **query):
    answer = await wire.http.post(
        "/control/media",
        params={"surface": surface, "openid": openid, "type": "voice", **query},
        content=recording,
    )
    answer.raise_for_status()


@pytest.mark.parametrize("wide", ["kept", "none"])
@pytest.mark.parametrize(("loud", "said"), [(LOUD, "余额"), (SOFT, "明细")])
async def test_what_was_spoken_is_heard_and_answered(
    open_ear, wire, heard, wide, loud, said, calls
):
    openid = f"o-v{wide}{loud}"
    async with open_ear():
        await speak(wire, openid, amr(loud=loud), wide=wide)
        assert await wire.sees(openid, f"echo {said}", LONG_S)
    assert calls(MEDIA) == [0]
    assert heard.seconds == pytest.approx([1.0], abs=0.1)


async def test_the_recording_at_8_khz_will_do_when_the_better_one_is_gone(
    open_ear, wire, heard, calls
):
    async with open_ear():
        await speak(wire, "o-wide", amr(), wide="gone")
        assert await wire.sees("o-wide", "echo 余额", LONG_S)
    assert calls(MEDIA) == [40007, 0]


@pytest.mark.parametrize(("surface", "openid"), [("mini", "m-v"), ("wecom", "wm-v")])
async def test_the_other_chats_hear_too(open_ear, wire, surface, openid):
    async with open_ear():
        await speak(wire, openid, amr(), surface=surface)
        assert await wire.sees(openid, "echo 余额", LONG_S)


async def test_a_minute_is_heard_in_pieces_a_recogniser_takes(open_ear, wire, heard):
    async with open_ear():
        await speak(wire, "o-minute", amr(59))
        assert await wire.sees("o-minute", "echo 余额 余额", LONG_S)
    assert heard.seconds == pytest.approx([30, 29], abs=0.2)


async def put(platform, recording):
    """A recording of the platform's, three days before now."""
    async with httpx.AsyncClient(base_url=platform.api, trust_env=False) as http:
        asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        token = (await http.post("/cgi-bin/stable_token", json=asked)).json()["access_token"]
        made = await http.post(
            "/cgi-bin/media/upload",
            params={"access_token": token, "type": "voice"},
            files={"media": ("voice.amr", recording, "audio/amr")},
        )
    return made.json()["media_id"]


async def test_a_recording_whose_three_days_are_over_is_asked_for_in_words(
    open_ear, wire, place, calls
):
    media_id = await put(place[0], amr())
    await wire.do("advance", seconds=3 * 86_400 + 1)
    async with open_ear() as site:
        fields = {"MsgType": "voice", "MediaId": media_id, "Format": "amr"}
        await wire.do("message", openid="o-old", fields=fields)
        assert await wire.sees("o-old", NOT_HEARD, LONG_S)
        assert site.echo.calls == []
    assert calls(MEDIA) == [40007]


@pytest.mark.parametrize("fault", ["errcode:40007", "errcode:48001", "garbage", "bad_gateway"])
async def test_an_error_in_place_of_the_file_is_asked_for_in_words(open_ear, wire, fault):
    openid = f"o-{fault.replace(':', '')}"
    async with open_ear() as site:
        await wire.do("faults", at=MEDIA, what=fault)
        await speak(wire, openid, amr(), wide="none")
        assert await wire.sees(openid, NOT_HEARD, LONG_S)
        assert site.echo.calls == []


async def test_a_busy_platform_is_asked_for_the_file_again(open_ear, wire, calls):
    async with open_ear():
        await wire.do("faults", at=MEDIA, what="busy", times=2)
        await speak(wire, "o-busyfile", amr(), wide="none")
        assert await wire.sees("o-busyfile", "echo 余额", LONG_S)
    assert calls(MEDIA) == [-1, -1, 0]


@pytest.mark.parametrize(
    "recording",
    [amr(62), b"#!AMR\n" + b"x" * 500, b"\x02#!SILK_V3" + bytes(500)],
    ids=["long", "noise", "silk"],
)
async def test_a_recording_that_cannot_be_taken_is_asked_for_in_words(
    open_ear, wire, heard, recording
):
    openid = f"o-bad{len(recording)}"
    async with open_ear() as site:
        await speak(wire, openid, recording)
        assert await wire.sees(openid, NOT_HEARD, LONG_S)
        assert site.echo.calls == []
    assert heard.seconds == []


async def test_a_recogniser_that_fails_or_lacks_asks_for_words(open_ear, open_site, wire, heard):
    heard.status = 503
    async with open_ear():
        await speak(wire, "o-deaf", amr())
        assert await wire.sees("o-deaf", NOT_HEARD, LONG_S)
    async with open_site():
        await speak(wire, "o-noear", amr())
        assert await wire.sees("o-noear", NOT_HEARD, LONG_S)
        await wire.do("say", openid="o-noear", text="那我打字")
        assert await wire.sees("o-noear", "echo 那我打字", LONG_S)


async def test_a_slow_recogniser_is_waited_for_by_the_api(open_ear, wire, heard):
    heard.delay_s = 1.5
    async with open_ear(wechat_passive_s=0.2):
        await speak(wire, "o-slowear", amr())
        assert await wire.sees("o-slowear", "echo 余额", LONG_S)
    await wire.catch_up()
    assert [text.count("echo") for text in wire.shown["o-slowear"]] == [1]
    assert len(heard.seconds) == 1
