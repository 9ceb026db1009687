"""What the sample bank brings for calls: short words, prompts, and what must be heard."""

import re
from dataclasses import replace

import pytest

from assistant.model.ids import ResponseKey
from channels.bootstrap import gateway_knows, load_release
from channels.composition_speech import clauses_of
from channels.settings import sample_pack
from channels.voice.engines.phonemes import Pronouncer
from channels.voice.engines.polyphones import Polyphones, common_readings
from channels.voice.listener_words import ListenerWords
from channels.voice.prompts import OFTEN, fixed_clauses
from knowledge.check_polyphones import check_polyphones
from knowledge.content_problems import Problems
from knowledge.loader import CONTENT, DEFAULTS, read


@pytest.fixture(scope="module")
def release():
    return load_release(sample_pack())


def test_every_fixed_clause_can_be_pronounced(release):
    words = release.lexicon.spoken
    found = fixed_clauses(release, clauses_of(words))
    pronouncer = Pronouncer(words.pronunciations)
    assert len(found) > 500
    assert [each for each in found if re.search(r"[0-9A-Za-z]", each)] == []
    assert all(pronouncer.phonemes(each) for each in found)
    assert len(fixed_clauses(release, clauses_of(words), OFTEN)) < len(found)


@pytest.mark.parametrize(
    ("words", "is_hum", "is_listening", "is_yes", "wants_person"),
    [
        ("嗯", True, True, True, False),
        ("好的", False, True, True, False),
        ("确认锁卡", False, False, True, False),
        ("OK", False, False, True, False),
        ("给我转人工", False, False, False, True),
        ("不对", False, False, False, False),
    ],
)
def test_the_shortest_words_are_the_contents(
    release, words, is_hum, is_listening, is_yes, wants_person
):
    listener = ListenerWords(release.lexicon.spoken)
    assert listener.is_hum(words) is is_hum
    assert listener.is_listening(words) is is_listening
    assert listener.is_yes(words) is is_yes
    assert listener.wants_person(words) is wants_person


def polyphones(pack, without=()):
    """Characters the synthesiser would guess, with a lexicon that lacks some words."""

    def finder(words):
        kept = {word: said for word, said in words.pronunciations.items() if word not in without}
        return Polyphones(replace(words, pronunciations=kept))

    problems = Problems()
    check_polyphones(pack, finder, problems)
    return [(item.severity, item.message) for item in problems.findings]


def test_every_polyphone_the_sample_bank_says_is_decided():
    pack = read(CONTENT, Problems(), defaults=DEFAULTS, gateway_knows=gateway_knows)
    assert polyphones(pack) == []
    ((severity, told),) = polyphones(pack, without=("切换",))
    assert severity == "warning"
    assert told.startswith('calls read 切 as qiè, not qiē, in "可以说“切换成英文')
    ((_, told),) = polyphones(pack, without=("还没", "还没有"))
    assert told.startswith("calls read 还 as hái, not huán")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("本期还要还五百元", "hai2 yao4 huan2"),
        ("限额调到五百元", "tiao2 dao4"),
        ("切换成英文", "qie1 huan4"),
        ("限额为人民币", "e2 wei2"),
        ("闲聊我不太在行", "zai4 hang2"),
        ("归还能力", "gui1 huan2 neng2 li4"),
        ("艾勒批阿尔", "ai4 le4 pi1"),
    ],
)
def test_words_of_replies_are_read_as_they_are_meant(release, text, read):
    syllables = Pronouncer(release.lexicon.spoken.pronunciations).syllables(text)
    assert read in " ".join(syllables)


def test_rare_readings_are_no_question():
    assert common_readings("jiào", {"jiào": 160, "jiāo": 5, "jiǎo": 1}) == ("jiào", "jiāo")
    assert common_readings("shì", {}) == ("shì",)


def test_a_recommendation_with_its_disclosures_is_heard_to_its_end(release):
    (variant,) = release.responses[ResponseKey("utter_recommendation")]
    assert variant.custom["interruptible"] is False
