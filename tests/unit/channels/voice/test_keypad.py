"""Keys, and what a call does about silence."""

import pytest

from assistant.errors import MessageInvalid
from channels.voice.keypad import Capture, Command, Entered, GivenUp, Keypad, Pressed
from channels.voice.patience import Patience, Remedy

CODE = Capture(most=6)


def press(keypad, keys, now_ms=0.0):
    return [keypad.press(key, now_ms) for key in keys]


def test_digits_are_complete_at_their_number_or_at_the_end_key():
    keypad = Keypad()
    keypad.collect(CODE, 0)
    *counts, entered = press(keypad, "246810")
    assert [each.count for each in counts] == [1, 2, 3, 4, 5]
    assert entered.digits.take() == "246810"
    keypad.collect(CODE, 0)
    assert press(keypad, "2468#")[-1].digits.take() == "2468"


def test_star_clears_and_an_end_key_alone_ends_nothing():
    keypad = Keypad()
    keypad.collect(CODE, 0)
    assert press(keypad, "24*") == [Pressed(1), Pressed(2), Pressed(0)]
    assert keypad.press("#", 0) == Pressed(0)
    assert press(keypad, "135790")[-1].digits.take() == "135790"


def test_star_is_the_x_an_identity_number_ends_in():
    keypad = Keypad()
    keypad.collect(Capture(most=18, star_is_last_x=True), 0)
    entered = press(keypad, "11010119900307123*")[-1]
    assert entered.digits.take() == "11010119900307123X"


def test_digits_are_shown_by_nothing_and_taken_once():
    keypad = Keypad()
    keypad.collect(CODE, 0)
    entered = press(keypad, "975310")[-1]
    assert isinstance(entered, Entered)
    assert "9" not in repr(entered) + repr(keypad) + str(entered.digits)
    entered.digits.take()
    assert entered.digits.take() == ""


def test_a_secret_not_typed_to_its_end_is_wiped():
    keypad = Keypad()
    keypad.collect(CODE, 0)
    press(keypad, "975", 1_000)
    assert keypad.tick(4_999) is None
    assert keypad.tick(5_000) == GivenUp(3)
    assert not keypad.is_secret
    assert keypad.press("1", 6_000) == Command("1")


def test_the_first_key_may_take_longer_and_waits_for_the_prompts_end():
    keypad = Keypad()
    keypad.collect(CODE, 0)
    keypad.start_waiting(20_000)
    assert keypad.tick(27_999) is None
    assert keypad.tick(28_000) == GivenUp(0)


def test_a_number_that_is_no_secret_is_complete_when_nothing_follows():
    keypad = Keypad()
    keypad.collect(Capture(most=10, is_secret=False), 0)
    press(keypad, "500", 0)
    assert keypad.tick(4_000).digits.take() == "500"


def test_what_is_no_key_is_refused():
    with pytest.raises(MessageInvalid):
        Keypad().press("A", 0)


def test_silence_is_answered_twice_and_then_the_keypad_is_offered():
    patience, now, found = Patience(0), 0, []
    for _ in range(20):
        patience.silent_from(now)
        now += 1_000
        if remedy := patience.tick(now):
            found.append((now, remedy))
    assert found == [(6_000, Remedy.ASK_AGAIN), (14_000, Remedy.KEYPAD)]


def test_silence_and_noise_end_by_the_clock():
    patience, now = Patience(0), 0
    while patience.tick(now) is not Remedy.END:
        patience.silent_from(now)
        patience.disturbed()
        now += 500
    assert now == 120_000


def test_what_is_not_understood_leads_to_the_keypad_and_to_a_person():
    patience = Patience(0)
    assert [patience.not_understood() for _ in range(3)] == [
        Remedy.ASK_AGAIN,
        Remedy.KEYPAD,
        Remedy.PERSON,
    ]
    patience.understood(1)
    assert patience.not_understood() is Remedy.ASK_AGAIN
