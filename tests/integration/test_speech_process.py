"""The worker process of the engines: watched, bounded, replaced. With a worker without models."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.model.spoken import SpokenWords
from channels.voice.engines.process import SpeechProcess, WorkerSettings
from channels.voice.speech import Guess, SpeechUnavailable

WORDS = SpokenWords(prompts=("银行客服。",))


@asynccontextmanager
async def process(**changed):
    given = {"folder": Path(), "module": "tests.unit.channels.voice.engine_double", **changed}
    speech = SpeechProcess(WorkerSettings(**given), WORDS)
    try:
        yield speech
    finally:
        await speech.close()


async def test_an_utterance_is_heard_with_the_words_the_step_expects():
    async with process() as speech:
        heard = await speech.recognise(b"\0" * 320, 8000, ["林秀芳"])
    assert heard.text == "320"
    assert heard.others == ("银行客服。林秀芳。",)


async def test_an_utterance_is_heard_again_with_the_same_words_and_weighed_texts():
    async with process() as speech:
        guesses = await speech.listen_again(b"\0" * 320, 8000, ["林秀芳"])
    assert guesses == (Guess("银行客服。林秀芳。", 0.75), Guess("320", 0.25))


async def test_requests_at_the_same_time_each_get_their_own_answer():
    async with process() as speech:
        said = await asyncio.gather(*(speech.speak(f"句{n}", rate=8000) for n in range(10)))
    assert [each.decode() for each in said] == [f"句{n}" for n in range(10)]


async def test_a_worker_that_dies_refuses_what_waited_and_the_next_request_gets_a_new_one():
    async with process() as speech:
        await speech.warm_up()
        first = speech.worker_pid
        with pytest.raises(SpeechUnavailable) as refused:
            await speech.speak("crash", rate=8000)
        assert refused.value.reason == "crashed"
        assert await speech.speak("好", rate=8000) == "好".encode()
        assert speech.worker_pid != first


async def test_an_answer_after_the_deadline_is_too_late_and_a_worker_that_hangs_is_ended():
    async with process(deadline_s=0.5) as speech:
        await speech.warm_up()
        first = speech.worker_pid
        with pytest.raises(SpeechUnavailable) as refused:
            await speech.speak("hang", rate=8000)
        assert refused.value.reason == "too_late"
        await asyncio.sleep(2.5)
        assert await asyncio.wait_for(again(speech), 20) == "好".encode()
        assert speech.worker_pid != first


async def again(speech):
    while True:
        try:
            return await speech.speak("好", rate=8000)
        except SpeechUnavailable:
            await asyncio.sleep(0.2)


async def test_more_than_the_queue_takes_is_refused_at_once():
    async with process(at_once=2, deadline_s=1.0) as speech:
        await speech.warm_up()
        asked = [asyncio.create_task(speech.speak("hang", rate=8000)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(SpeechUnavailable) as refused:
            await speech.speak("好", rate=8000)
        assert refused.value.reason == "overloaded"
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def test_a_clause_that_cannot_be_spoken_is_a_value_error():
    async with process() as speech:
        with pytest.raises(ValueError, match="cannot be spoken"):
            await speech.speak("refuse", rate=8000)


async def test_a_request_nobody_waits_for_any_more_frees_its_place():
    async with process(at_once=1) as speech:
        await speech.warm_up()
        asked = asyncio.create_task(speech.speak("不等了", rate=8000))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.wait([asked])
        await asyncio.sleep(0.5)
        assert await speech.speak("好", rate=8000) == "好".encode()


PHRASES = """
import os
from channels.voice.characters import reading, readings
from pypinyin import constants
assert not constants.PHRASES_DICT and "PYPINYIN_NO_PHRASES" not in os.environ
assert (reading("额"), reading("x"), readings("行")[:2]) == ("e", "x", ["xing", "hang"])
from channels.voice.engines.phonemes import Pronouncer
assert constants.PHRASES_DICT
print(" ".join(Pronouncer({}).syllables("银行重庆")))
"""


def test_the_table_of_phrases_is_loaded_where_somebody_speaks_and_nowhere_else():
    run = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", PHRASES], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stdout.split() == ["yin2", "hang2", "chong2", "qing4"], run.stderr
