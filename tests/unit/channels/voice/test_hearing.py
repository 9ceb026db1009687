"""Words that were heard badly: the likeliest wording by sound, and the wish it speaks for."""

from dataclasses import replace

import pytest

from channels.voice.hearing import Hearing
from channels.voice.likeness import syllable, syllables, unlikeness
from channels.voice.reading import Readings
from channels.voice.speech import Guess, Heard, SpeechUnavailable
from channels.voice.wordings import END, START, Wordings

SAID = (
    "我要激活新卡", "请帮我把新办的卡激活", "这张卡怎么激活", "激活一下银行卡",
    "把卡锁住", "先帮我把卡锁住", "卡找不到了先锁一下", "我的卡要锁一下",
    "查一下余额", "余额还有多少", "看看卡里还有多少钱", "打开短信提醒", "转五百给妈妈",
)  # fmt: skip


@pytest.fixture(scope="module")
def readings():
    return Readings(SAID * 3)


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [("卡塔", "卡空"), ("锁所", "锁走"), ("办班", "办旁"), ("先新", "先好"), ("住祝", "住足")],
)
def test_what_noise_hides_first_is_nearer(nearer, farther):
    one, two = (unlikeness(*map(syllable, pair)) for pair in (nearer, farther))
    assert one < two


def test_a_syllable_is_like_itself_and_likeness_has_no_direction():
    assert unlikeness(syllable("卡"), syllable("卡")) == 0
    assert unlikeness(syllable("卡"), syllable("他")) == unlikeness(syllable("他"), syllable("卡"))
    assert {("h", "uan"), ("h", "ai")} <= set(syllables("还"))


def test_what_customers_say_surprises_less():
    wordings = Wordings(SAID)

    def total(text):
        line = START + text + END
        return sum(wordings.surprise(line[:at], line[at]) for at in range(1, len(line)))

    assert total("把卡锁住") < total("把他走住")
    assert total("余额还有多少") < total("鱼鹅还有多少")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("请帮我把新办的卡鸡活", "请帮我把新办的卡激活"),
        ("先帮我把塔所住", "先帮我把卡锁住"),
        ("查一下鱼鹅", "查一下余额"),
    ],
)
def test_misheard_words_are_read_as_what_customers_say(readings, heard, meant):
    assert meant in readings.wordings([heard])


@pytest.mark.parametrize("heard", ["转五百给妈妈", "转三百给妈妈", "把卡锁住", "打开短信提醒"])
def test_what_was_heard_well_stays_and_numerals_always_do(readings, heard):
    assert set(readings.wordings([heard])) == {heard}


def test_figures_stay_and_no_numeral_is_made(readings):
    for wording in readings.wordings(["转5000.50给妈妈", "赚无百给妈妈"]):
        assert "5000.50" in wording or "百给妈妈" in wording
    assert all("五" not in each for each in readings.wordings(["赚无给妈妈"]))


def scores(text):
    if "激活" in text:
        return {"activate_card": 0.9, "search_knowledge": 0.05}
    if "锁" in text:
        return {"lock_card": 0.99}
    return {"out_of_scope": 0.8, "search_knowledge": 0.15}


def hearing(readings):
    return Hearing(repair=lambda text: text, readings=readings, classify=scores)


async def test_the_wish_most_readings_speak_for_is_taken_in_its_clearest_words(readings):
    heard = Heard("请帮我把新办的卡击国。", others=("请帮我把新办的卡鸡活。",))
    assert "激活" in await hearing(readings).wish(heard)


async def test_clear_words_stay_as_they_were_heard(readings):
    assert await hearing(readings).wish(Heard("把卡锁住,谢谢。")) == "把卡锁住,谢谢。"


async def test_nothing_becomes_a_wish_that_no_reading_speaks_for(readings):
    said = await hearing(readings).wish(Heard("今天天气很好"))
    assert scores(said).get("lock_card") is None


class Again:
    """A second hearing that gives these texts, or fails."""

    def __init__(self, *guesses, reason=None):
        self.guesses, self.reason, self.asked = guesses, reason, 0

    async def __call__(self):
        self.asked += 1
        if self.reason:
            raise SpeechUnavailable(reason=self.reason)
        return self.guesses


async def test_what_is_clear_is_not_heard_twice(readings):
    again = Again(Guess("激活一下银行卡", 1.0))
    assert await hearing(readings).wish(Heard("把卡锁住"), again) == "把卡锁住"
    assert again.asked == 0


async def test_a_second_hearing_tells_a_wish_the_first_did_not(readings):
    heard = Heard("今天天气很好")
    again = Again(Guess("请帮我把新卡激活", 0.6), Guess("今天天气", 0.4))
    assert await hearing(readings).wish(heard, again) == "请帮我把新卡激活"
    assert again.asked == 1
    assert await hearing(readings).wish(heard) != "请帮我把新卡激活"


async def test_a_second_hearing_makes_no_numeral_and_changes_none(readings):
    def clearest_with_numerals(text):
        sure = 0.96 if any(each in text for each in ("两", "500")) else 0.5
        return {"activate_card": sure} if "激活" in text else {}

    by_numeral = replace(hearing(readings), classify=clearest_with_numerals)
    again = Again(Guess("激活两张卡", 0.6), Guess("激活500", 0.3), Guess("激活银行卡", 0.1))
    assert await by_numeral.wish(Heard("今天天气"), again) == "激活银行卡"
    said = await by_numeral.wish(Heard("今天三张"), again)
    assert "三" in said
    assert "两" not in said


@pytest.mark.parametrize("reason", ["too_late", "overloaded", "crashed"])
async def test_a_second_hearing_that_fails_leaves_the_first(readings, reason):
    heard, again = Heard("请帮我把新办的卡击国。"), Again(reason=reason)
    assert await hearing(readings).wish(heard, again) == await hearing(readings).wish(heard)
    assert again.asked == 1
