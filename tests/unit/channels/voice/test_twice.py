"""Which utterances of a call are heard a second time: open requests, and nothing else."""

from dataclasses import replace

import pytest

from channels.voice.ears import Ears
from channels.voice.expected import Expected, Hears
from channels.voice.speech import Guess
from channels.voice.turns import Turns
from tests.unit.channels.voice.phone import Vocabulary, engines

RATE = 16_000


class Twice:
    """A second hearing, and a judge of wishes that takes its likeliest text."""

    def __init__(self):
        self.sounds = []

    async def again(self, pcm, rate, expected=()):
        self.sounds.append((len(pcm), rate, tuple(expected)))
        return (Guess("帮我锁卡", 1.0),)

    async def wish(self, heard, again):
        return (await again())[0].text if again else heard.text


async def said(ears, vocabulary):
    sound = vocabulary.sound_of("棒我所卡", 800, RATE)
    for piece in (sound, bytes(2 * RATE * 2)):
        for found in ears.hear(piece):
            if hasattr(found, "result"):
                return (await found).text
    return None


@pytest.fixture
def twice():
    return Twice()


def ears_of(twice, vocabulary, hears, again=True):
    parts = replace(engines(vocabulary), wish=twice.wish, again=twice.again if again else None)
    return Ears(parts, Turns(), RATE, expected=Expected(words=("锁卡",), hears=hears))


async def test_an_open_request_may_be_heard_twice_with_the_same_sound_and_words(twice):
    vocabulary = Vocabulary()
    assert await said(ears_of(twice, vocabulary, Hears.WISH), vocabulary) == "帮我锁卡"
    [(length, rate, expected)] = twice.sounds
    assert (length > 0, rate, expected) == (True, RATE, ("锁卡",))


@pytest.mark.parametrize("hears", [Hears.CHOICE, Hears.AS_IS])
async def test_a_yes_a_name_and_a_number_never_are(twice, hears):
    vocabulary = Vocabulary()
    assert await said(ears_of(twice, vocabulary, hears), vocabulary) == "棒我所卡"
    assert twice.sounds == []


async def test_without_an_engine_that_can_the_first_hearing_stands(twice):
    vocabulary = Vocabulary()
    assert await said(ears_of(twice, vocabulary, Hears.WISH, again=False), vocabulary) == "棒我所卡"
