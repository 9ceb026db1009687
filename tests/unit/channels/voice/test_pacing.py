"""Speech at the speed it is heard, on a virtual clock."""

from channels.voice.leg_audiosocket import AudioSocketWire
from channels.voice.leg_twilio import TwilioWire
from channels.voice.leg_websocket import PageWire
from channels.voice.pacing import Pacer
from channels.voice.sound import duration_ms, silence

SECOND = b"\x01\x00" * 16_000


def sound_ms(messages, rate=16_000):
    return sum(duration_ms(each, rate) for each in messages if isinstance(each, bytes))


def test_no_more_than_two_seconds_are_ahead_of_what_is_heard():
    pacer = Pacer(PageWire())
    for n in range(10):
        pacer.play(SECOND, f"m{n}")
    sent = 0
    for now in range(0, 10_000, 10):
        sent += sound_ms(pacer.due(now))
        assert now - 20 <= sent <= now + 2_000
    assert sent == 10_000
    assert pacer.gaps == 0


def test_a_far_end_without_a_queue_gets_each_frame_when_it_is_heard_and_silence_between():
    pacer = Pacer(AudioSocketWire())
    pacer.play(silence(1_000, 8_000), "m1")
    frames = [pacer.due(now) for now in range(0, 3_000, 10)]
    assert all(len(each) <= 1 for each in frames)
    assert sum(map(len, frames)) == 150
    assert pacer.played == ["m1"]


def test_silence_that_has_to_flow_is_none_of_our_words():
    pacer = Pacer(AudioSocketWire())
    pacer.play(silence(100, 8_000), "m1")
    spoken = []
    for now in range(0, 400, 20):
        pacer.due(now)
        spoken.append(not pacer.is_silent(now))
    assert spoken == [True] * 5 + [False] * 15


def test_a_clock_that_stumbles_a_little_is_caught_up_with():
    pacer = Pacer(AudioSocketWire())
    pacer.play(silence(2_000, 8_000), "m1")
    times = [now for now in range(0, 2_200, 20) if not 500 <= now < 560]
    assert sum(len(pacer.due(now)) for now in times) >= 109


def test_words_taken_back_are_gone_and_their_marks_mean_nothing():
    pacer = Pacer(TwilioWire())
    pacer.play(silence(3_000, 8_000), "m1")
    pacer.play(silence(3_000, 8_000), "m2")
    pacer.due(0)
    pacer.due(1_500)
    assert any("clear" in each for each in pacer.clear(1_500))
    pacer.reached("m1")
    pacer.reached("m2")
    assert pacer.played == []
    assert pacer.is_silent(1_500)
    assert pacer.due(1_520) == []


def test_a_mark_confirms_those_before_it():
    pacer = Pacer(PageWire())
    for name in ("m1", "m2", "m3"):
        pacer.play(silence(100, 16_000), name)
    pacer.due(0)
    pacer.reached("m2")
    pacer.reached("other")
    assert pacer.played == ["m1", "m2"]
