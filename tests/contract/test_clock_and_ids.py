"""Every Clock and every IdSource passes the same tests."""

import re
from datetime import UTC, timedelta

import pytest

from assistant.adapters.system import RandomIds, SystemClock
from tests.fakes import FixedClock, SequentialIds


@pytest.fixture(params=[SystemClock, FixedClock], ids=["system", "fixed"])
def any_clock(request):
    return request.param()


@pytest.fixture(params=[RandomIds, SequentialIds], ids=["random", "sequential"])
def any_ids(request):
    return request.param()


def test_instants_are_utc_and_do_not_go_back(any_clock):
    before, after = any_clock.now(), any_clock.now()
    assert before.tzinfo is UTC
    assert timedelta() <= after - before < timedelta(seconds=5)


def test_durations_do_not_go_back(any_clock):
    before = any_clock.monotonic_ms()
    assert any_clock.monotonic_ms() >= before


def test_ids_carry_their_prefix_and_never_repeat(any_ids):
    made = {any_ids.new("c") for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(re.fullmatch(r"c_[0-9A-Z]+", each) for each in made)


def test_a_fixed_clock_moves_when_told(clock):
    start = clock.now()
    clock.advance(1.5)
    assert clock.now() - start == timedelta(seconds=1.5)
    assert clock.monotonic_ms() == 1500


def test_random_ids_sort_by_the_time_they_were_made(monkeypatch):
    ids = RandomIds()
    made = []
    for milliseconds in (1_000_000, 1_000_001, 1_999_999, 2**47):
        monkeypatch.setattr("time.time_ns", lambda ms=milliseconds: ms * 1_000_000)
        made.append(ids.new("c"))
    assert made == sorted(made)
    assert {len(each) for each in made} == {28}
