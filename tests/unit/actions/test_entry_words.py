"""Which bank transactions words describe by day and amount."""

from dataclasses import dataclass
from datetime import date

import pytest

from actions.entry_words import described
from assistant.model.money import Money

TODAY = date(2026, 11, 22)  # a Sunday


@dataclass(frozen=True)
class Entry:
    booked_on: date
    amount: Money


def entry(day, amount):
    return Entry(date.fromisoformat(day), Money.parse(amount, "CNY"))


ENTRIES = [
    entry("2026-11-21", "89.89"),
    entry("2026-11-20", "28.41"),
    entry("2026-11-18", "300.00"),
    entry("2026-11-12", "318.50"),
    entry("2026-10-20", "1200.00"),
]


@pytest.mark.parametrize(
    ("words", "amounts"),
    [
        ("20号的", ["28.41"]),
        ("昨天那笔", ["89.89"]),
        ("周三那笔", ["300.00"]),
        ("上个月的", ["1200.00"]),
        ("89块多", ["89.89"]),
        ("八十九块", ["89.89"]),
        ("300多的扣款", ["318.50"]),
        ("一千二百块", ["1200.00"]),
        ("28.41", ["28.41"]),
        ("差不多三百块", ["300.00", "318.50"]),
        ("18号三百块的", ["300.00"]),
        ("18号28块的", []),
    ],
)
def test_day_and_amount_narrow_the_list(words, amounts):
    assert [one.amount.plain() for one in described(words, TODAY, ENTRIES)] == amounts


@pytest.mark.parametrize("words", ["城市地铁那笔", "不是我的", "第一笔", "10号线那笔"])
def test_other_words_tell_neither(words):
    assert described(words, TODAY, ENTRIES) is None
