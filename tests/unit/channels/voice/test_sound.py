"""µ-law by the tables of G.711, and keys heard as tones."""

import numpy as np
import pytest

from channels.voice.dtmf import HIGH_HZ, KEYPAD, LOW_HZ, RATE, ToneKeys
from channels.voice.sound import duration_ms, from_ulaw, silence, to_ulaw


def test_ulaw_has_the_values_of_its_standard():
    assert np.frombuffer(from_ulaw(bytes([0x00, 0x80, 0xFF, 0x7F])), "<i2").tolist() == [
        -32124,
        32124,
        0,
        0,
    ]
    assert to_ulaw(np.array([0, 32767, -32768], "<i2").tobytes()) == bytes([0xFF, 0x80, 0x00])


def test_every_code_comes_back_as_itself():
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7F is a second zero
    assert to_ulaw(from_ulaw(codes)) == codes


def test_every_sample_comes_back_close():
    samples = np.arange(-32768, 32768).astype("<i2")
    back = np.frombuffer(from_ulaw(to_ulaw(samples.tobytes())), "<i2").astype(int)
    error = np.abs(back - np.clip(samples.astype(int), -32635, 32635))
    assert np.all(error <= np.maximum(np.abs(samples.astype(int)) * 0.035, 4) + 132 * 0.035)


def test_silence_lasts_as_long_as_asked():
    assert duration_ms(silence(240, 16_000), 16_000) == 240


def tone(key, ms=60, level=0.25, high_db=0.0):
    row = next(at for at, keys in enumerate(KEYPAD) if key in keys)
    at = np.arange(ms * RATE // 1000) / RATE
    low = np.sin(2 * np.pi * LOW_HZ[row] * at)
    high = np.sin(2 * np.pi * HIGH_HZ[KEYPAD[row].index(key)] * at) * 10 ** (high_db / 20)
    return level * (low + high)


def pcm(*pieces):
    whole = np.concatenate([np.zeros(800), *(p for x in pieces for p in (x, np.zeros(800)))])
    return np.rint(whole * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("high_db", [-5, 0, 4])
def test_each_key_is_heard_once(high_db):
    keys = "1234567890*#"
    sound = pcm(*(tone(key, high_db=high_db) for key in keys))
    assert "".join(ToneKeys().feed(sound)) == keys


@pytest.mark.parametrize("size", [2, 31 * 2, 160 * 2, 480 * 2])
def test_pieces_of_any_size_are_the_same_sound(size):
    sound, ears = pcm(*(tone(key) for key in "5500")), ToneKeys()
    pieces = [sound[at : at + size] for at in range(0, len(sound), size)]
    assert [key for piece in pieces for key in ears.feed(piece)] == list("5500")


def test_a_long_press_is_one_key_and_noise_is_none():
    assert ToneKeys().feed(pcm(tone("7", ms=900))) == ["7"]
    noise = np.random.default_rng(7).normal(0, 0.2, RATE * 10)
    assert ToneKeys().feed(pcm(noise)) == []
    ring = 0.3 * np.sin(2 * np.pi * 450 * np.arange(RATE * 2) / RATE)
    assert ToneKeys().feed(pcm(ring)) == []
