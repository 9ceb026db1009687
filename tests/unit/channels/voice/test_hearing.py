"""Words that were heard badly: the likeliest wording by sound, and the wish it speaks for."""

import pytest

from channels.voice.hearing import Hearing
from channels.voice.likeness import syllable, syllables, unlikeness
from channels.voice.reading import Readings
from channels.voice.speech import Heard
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
