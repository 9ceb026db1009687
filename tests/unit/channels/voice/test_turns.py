"""Turns on scripted probabilities: one letter is one frame of 32 ms."""

import pytest

from channels.voice.turns import Expecting, Paused, Resumed, Started, Stopped, Turns

SPEECH, UNSURE, QUIET = 0.9, 0.4, 0.05
LETTERS = {"s": SPEECH, "u": UNSURE, ".": QUIET}


def run(turns, script):
    return [event for letter in script for event in turns.feed(LETTERS[letter])]


def frames(ms):
    return -(-ms // 32)


def test_four_frames_begin_a_turn_and_its_beginning_is_kept():
    (started,) = run(Turns(), "." * 20 + "ssss")
    assert started == Started(from_ms=20 * 32 - 500, at_ms=24 * 32)


def test_a_weak_voice_that_goes_on_begins_a_turn():
    started, *_ = run(Turns(), "." * 20 + "u" * 10)
    assert started == Started(from_ms=20 * 32 - 500, at_ms=30 * 32)


def test_what_was_before_a_turn_is_no_part_of_the_next():
    turns = Turns(expecting=Expecting.CHOICE)
    events = run(turns, "ssss" + "s" * 10 + "." * 13 + "u")
    assert [type(event) for event in events] == [Started, Paused, Stopped]
    assert not turns.is_open


def test_a_voice_the_detector_is_half_sure_of_between_begins_a_turn_where_it_was_first_sure():
    (started,) = run(Turns(), "." * 20 + "susuus" + "uus")
    assert started == Started(from_ms=20 * 32 - 500, at_ms=29 * 32)


@pytest.mark.parametrize("script", ["sss.sss.sss.", "uuuuuuuuu." * 10, "." * 2000, "s.s.s.s." * 50])
def test_clicks_unsure_sound_and_silence_begin_none(script):
    assert run(Turns(), script) == []


def test_unsure_sound_carries_a_turn_on():
    events = run(Turns(), "ssss" + "u" * 60)
    assert [type(event) for event in events] == [Started]


@pytest.mark.parametrize(
    ("expecting", "pause_ms"),
    [(Expecting.CHOICE, 400), (Expecting.OPEN, 700), (Expecting.NUMBER, 1100)],
)
def test_a_pause_ends_a_turn_by_what_is_expected(expecting, pause_ms):
    turns = Turns(expecting=expecting)
    run(turns, "s" * 20)
    before = run(turns, "." * (frames(pause_ms) - 1))
    assert [type(event) for event in before] == [Paused]
    (stopped,) = run(turns, ".")
    assert isinstance(stopped, Stopped)
    assert not stopped.is_cut


def test_a_number_said_in_groups_is_one_turn():
    turns = Turns(expecting=Expecting.NUMBER)
    events = run(turns, ("s" * 25 + "." * frames(900)) * 4 + "." * 40)
    assert sum(isinstance(event, Stopped) for event in events) == 1
    assert sum(isinstance(event, Resumed) for event in events) == 3


def test_the_same_groups_are_four_turns_where_none_is_expected():
    events = run(Turns(), ("s" * 25 + "." * frames(900)) * 4 + "." * 40)
    assert sum(isinstance(event, Stopped) for event in events) == 4


def test_somebody_slow_is_waited_for():
    turns = Turns(expecting=Expecting.CHOICE, is_slow=True)
    events = run(turns, "s" * 20 + "." * frames(1100))
    assert not any(isinstance(event, Stopped) for event in events)


def test_speech_without_end_is_taken_after_fifteen_seconds():
    events = run(Turns(), "s" * frames(15_100))
    stopped = next(event for event in events if isinstance(event, Stopped))
    assert stopped.is_cut
    assert stopped.to_ms - stopped.from_ms <= 15_032


def test_while_we_speak_on_an_echoing_line_more_speech_is_needed():
    turns = Turns(echoes=True, speaking=True)
    assert run(turns, "ssssss.") == []
    assert run(turns, "sssssss") != []


def test_speech_is_noticed_in_time_to_stop_within_200_ms():
    (started,) = run(Turns(speaking=True), "ssss")
    assert started.at_ms <= 128


def test_a_dropped_turn_leaves_nothing():
    turns = Turns()
    run(turns, "s" * 10)
    turns.drop()
    assert run(turns, "." * 60) == []
