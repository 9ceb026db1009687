"""Sound that is none: what a call makes of it, on a virtual clock with scripted engines."""

import numpy as np
import pytest

from channels.voice.leg_audiosocket import AudioSocketWire
from channels.voice.speech import Heard
from channels.voice.wire import Audio
from tests.unit.channels.voice.phone import Phone, answer_of

CLIPPED = np.tile(np.array([32767, -32768], "<i2"), 6_400)
MUSIC = (9_000 * np.sin(np.arange(16_000 * 8) * 2 * np.pi * 440 / 16_000)).astype("<i2")
HISS = (np.random.default_rng(1).standard_normal(16_000 * 8) * 3_000).astype("<i2")


@pytest.fixture
async def phone():
    one = await Phone.ring(answer_of("余额五百"))
    await one.until_silent()
    yield one
    if not one.running.done():
        await one.hang_up()


async def test_an_hour_of_silence_ends_after_two_minutes_and_is_heard_no_further(phone):
    while not phone.call.ended and phone.clock.monotonic_ms() < 3_600_000:
        await phone.pass_ms(1_000)
    assert phone.call.ended
    assert phone.clock.monotonic_ms() < 140_000
    assert phone.talk.told == []
    spoken = len(phone.spoken)
    for _ in range(60):
        phone.call.take(Audio(bytes(32_000)))
    assert len(phone.spoken) == spoken


@pytest.mark.parametrize("sound", [CLIPPED, MUSIC, HISS], ids=["clipped", "music", "hiss"])
async def test_loud_sound_without_words_leads_to_the_keypad_then_a_person(phone, sound):
    for _ in range(3):
        await phone.pass_ms(len(sound) // 16, sound.tobytes())
        await phone.pass_ms(1_500)
        await phone.until_silent()
    assert phone.spoken[1:3] == ["[utter_voice_again]", "[utter_voice_keypad]"]
    assert phone.talk.told == ["/human_handoff"]


async def test_noise_of_an_8_khz_line_leads_to_the_keypad_then_a_person_and_the_call_goes_back():
    phone = await Phone.ring(answer_of("转给同事", ticket="h1"), wire=AudioSocketWire())
    await phone.pass_ms(2_000)
    for _ in range(3):
        await phone.pass_ms(8_000, HISS[:64_000].tobytes())
        await phone.pass_ms(1_500)
        await phone.pass_ms(2_500)
    assert phone.spoken[1:3] == ["[utter_voice_again]", "[utter_voice_keypad]"]
    assert phone.talk.told == ["/human_handoff"]
    await phone.pass_ms(3_000)
    assert phone.call.ended
    assert phone.raw[-1] == b"\x00\x00\x00"


async def test_two_voices_at_once_are_one_utterance_and_said_once(phone):
    recognise = phone.engines.recogniser.recognise

    async def both(pcm, rate, expected=()):
        await recognise(pcm, rate, expected)
        return Heard("查余额我说的是")

    phone.engines.recogniser.recognise = both
    await phone.say("查余额", ms=2_000)
    assert phone.talk.told == ["查余额我说的是"]


async def test_a_sentence_longer_than_anybody_speaks_is_taken_as_it_is(phone):
    sound = phone.vocabulary.sound_of("说个没完", 40_000, phone.wire.rate)
    await phone.pass_ms(40_000, sound)
    assert max(len(each) for each in phone.engines.recogniser.heard) <= 2 * 16_000 * 16
    assert phone.talk.told


async def test_sound_in_pieces_of_any_size_is_the_same_sound(phone):
    sound = phone.vocabulary.sound_of("查余额", 900, phone.wire.rate) + bytes(2 * 16 * 1_500)
    at, sizes = 0, (2, 30, 644, 1_998, 8_192)
    while at < len(sound):
        size = sizes[at % len(sizes)]
        phone.call.take(Audio(sound[at : at + size]))
        at += size
    await phone.pass_ms(100)
    assert phone.talk.told == ["查余额"]
