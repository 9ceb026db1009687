"""Every engine of speech passes the same tests: in a worker process, or behind a server."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from assistant.model.spoken import SpokenWords
from channels.bootstrap import load_release
from channels.composition_speech import models_folder, open_speech, what_lacks
from channels.settings import Settings
from channels.voice.engines.funasr import FunAsr
from channels.voice.engines.process import SpeechProcess, WorkerSettings
from channels.voice.engines.served import ServedRecogniser, ServedSynthesiser, Server, connect
from channels.voice.speech import SpeechUnavailable
from tests.speech_servers import Heard, funasr, openai_audio

WORDS = SpokenWords(prompts=("银行客服。",), terms=("余额", "还款日"))
LONG = os.environ.get("GUITAI_LONG") == "1"
PACKAGED = pytest.param(
    "packaged", marks=pytest.mark.skipif(not LONG, reason="real models, a minute: GUITAI_LONG=1")
)


@asynccontextmanager
async def worker(deadline_s, **_):
    given = WorkerSettings(
        folder=Path(), module="tests.unit.channels.voice.engine_double", deadline_s=deadline_s
    )
    process = SpeechProcess(given, WORDS)
    try:
        await process.warm_up()
        yield process
    finally:
        await process.close()


@asynccontextmanager
async def by_funasr(deadline_s, heard, **protocol):
    async with funasr(heard, **protocol) as address:
        yield FunAsr(url=address, words=WORDS, deadline_s=deadline_s)


@asynccontextmanager
async def by_server(deadline_s, heard, made=ServedRecogniser, model="whisper-1", **fields):
    async with openai_audio(heard) as base, connect(base, "key") as client:
        server = Server(client=client, model=model, deadline_s=deadline_s)
        yield made(server=server, **fields)


RECOGNISERS = {
    "worker": worker,
    "funasr": by_funasr,
    "funasr, old": lambda deadline_s, heard: by_funasr(deadline_s, heard, acknowledges=False),
    "funasr, cut": lambda deadline_s, heard: by_funasr(
        deadline_s, heard, cuts=3, tag="<|zh|><|NEUTRAL|>"
    ),
    "openai": lambda deadline_s, heard: by_server(deadline_s, heard, words=WORDS),
}
SYNTHESISERS = {
    "worker": worker,
    "openai": lambda deadline_s, heard: by_server(
        deadline_s, heard, made=ServedSynthesiser, model="tts-1"
    ),
}
SERVED = [name for name in RECOGNISERS if name != "worker"]


@asynccontextmanager
async def packaged():
    settings = Settings()
    if what_lacks(settings):
        pytest.skip(f"no models in {models_folder(settings)}")
    release = load_release(settings.content_dir)
    async with open_speech(settings, release, deadline_s=120) as engines:
        yield engines


def utterance(loudness, seconds, rate):
    return np.full(int(seconds * rate), loudness, "<i2").tobytes()


@pytest.mark.parametrize("name", SERVED)
@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
async def test_an_utterance_of_any_rate_is_heard_in_its_full_length(name, rate):
    heard = Heard(texts={400: "我要查余额", 2000: "转人工"})
    async with RECOGNISERS[name](5.0, heard=heard) as recogniser:
        got = await recogniser.recognise(utterance(2000, 1.5, rate), rate, ["林秀芳"])
    assert got.text == "转人工"
    assert heard.seconds == [pytest.approx(1.5, abs=0.01)]
    assert "林秀芳" in heard.hints[0]


@pytest.mark.parametrize("name", SERVED)
async def test_words_come_in_simplified_characters(name):
    async with RECOGNISERS[name](5.0, heard=Heard(texts={400: "查詢餘額"})) as recogniser:
        assert (await recogniser.recognise(utterance(400, 1, 8000), 8000)).text == "查询余额"


@pytest.mark.parametrize("name", SERVED)
async def test_what_is_no_speech_is_not_understood_and_no_fault(name):
    async with RECOGNISERS[name](5.0, heard=Heard()) as recogniser:
        got = await recogniser.recognise(bytes(16_000), 8000)
    assert not got.understood


@pytest.mark.parametrize("name", RECOGNISERS)
async def test_utterances_at_the_same_time_get_their_own_words(name):
    heard = Heard(texts={400: "一", 1000: "二", 2000: "三"})
    async with RECOGNISERS[name](5.0, heard=heard) as recogniser:
        sounds = [utterance(each, 0.1 * each / 400, 16_000) for each in heard.texts]
        got = await asyncio.gather(*(recogniser.recognise(each, 16_000) for each in sounds))
    own = [str(len(each)) for each in sounds]
    assert [each.text for each in got] == (own if name == "worker" else list(heard.texts.values()))


@pytest.mark.parametrize("name", SERVED)
async def test_an_answer_after_the_deadline_is_too_late(name):
    async with RECOGNISERS[name](0.2, heard=Heard(texts={1: "一"}, delay_s=1)) as recogniser:
        with pytest.raises(SpeechUnavailable) as refused:
            await recogniser.recognise(bytes(1600), 8000)
    assert refused.value.reason == "too_late"


@pytest.mark.parametrize("name", ["funasr", "openai"])
async def test_an_answer_that_is_none_is_refused(name):
    async with RECOGNISERS[name](5.0, heard=Heard(texts={1: "一"}, broken=True)) as recogniser:
        with pytest.raises(SpeechUnavailable) as refused:
            await recogniser.recognise(bytes(1600), 8000)
    assert refused.value.reason == "refused"


async def test_a_server_that_is_not_there_is_not_reached():
    async with connect("http://127.0.0.1:9", None) as client:
        server = Server(client=client, model="m", deadline_s=2)
        for asked in (
            FunAsr(url="ws://127.0.0.1:9", words=WORDS, deadline_s=2).recognise(b"", 8000),
            ServedRecogniser(server=server, words=WORDS).recognise(b"", 8000),
            ServedSynthesiser(server=server).speak("您好", rate=8000),
        ):
            with pytest.raises(SpeechUnavailable) as refused:
                await asked
            assert refused.value.reason == "not_reached"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "overloaded"), (503, "not_reached"), (401, "refused"), (400, "refused")],
)
async def test_a_servers_refusal_has_a_reason_of_ours(status, reason):
    heard = Heard(status=status)
    async with by_server(5.0, heard, words=WORDS) as recogniser:
        with pytest.raises(SpeechUnavailable) as refused:
            await recogniser.recognise(bytes(1600), 8000)
    assert refused.value.reason == reason


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
async def test_a_clause_spoken_by_a_server_has_the_lines_rate_and_the_voice_asked_for(rate):
    heard = Heard()
    async with SYNTHESISERS["openai"](5.0, heard=heard) as synthesiser:
        sound = await synthesiser.speak("您好世界。", rate=rate, voice="alloy", speed=0.85)
    assert len(sound) == pytest.approx(rate, abs=4)
    assert heard.spoken[0] | {"model": "", "response_format": ""} == {
        "model": "", "response_format": "", "input": "您好世界。", "voice": "alloy", "speed": 0.85,
    }  # fmt: skip


@pytest.mark.parametrize("clause", ["余额12元", "USD", "，。", ""])
async def test_what_cannot_be_spoken_reaches_no_server(clause):
    heard = Heard()
    async with SYNTHESISERS["openai"](5.0, heard=heard) as synthesiser:
        with pytest.raises(ValueError, match="cannot be spoken"):
            await synthesiser.speak(clause, rate=8000)
    assert heard.spoken == []


async def test_sound_that_is_none_is_refused():
    async with SYNTHESISERS["openai"](5.0, heard=Heard(broken=True)) as synthesiser:
        with pytest.raises(SpeechUnavailable) as refused:
            await synthesiser.speak("您好", rate=8000)
    assert refused.value.reason == "refused"


@pytest.mark.parametrize("engine", [PACKAGED])
@pytest.mark.timeout(600)
async def test_the_packaged_engines_hear_what_they_speak_and_nothing_in_silence(engine):
    async with packaged() as engines:
        for rate in (8000, 16_000):
            sound = await engines.synthesiser.speak("我要查询信用卡账单。", rate=rate)
            got = await engines.recogniser.recognise(sound, rate, ["账单"])
            assert "账单" in engines.repair(got.text)
        assert not (await engines.recogniser.recognise(bytes(32_000), 8000)).understood
        with pytest.raises(ValueError, match="cannot be spoken"):
            await engines.synthesiser.speak("余额12元", rate=8000)


async def test_servers_are_chosen_by_settings_and_need_no_models_of_their_own(tmp_path):
    chosen = {
        "data_dir": tmp_path,
        "speech_synthesis_url": "http://127.0.0.1:9/v1",
        "speech_funasr_url": "ws://127.0.0.1:9",
    }
    lacking = what_lacks(Settings(_env_file=None, **chosen))
    assert not [each for each in lacking if "whisper" in each or "kokoro" in each]
    assert "silero_vad_v6.onnx" in lacking
