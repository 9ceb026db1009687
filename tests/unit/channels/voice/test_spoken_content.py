"""What the sample bank brings for calls: short words, prompts, and what must be heard."""

import re

import pytest

from assistant.model.ids import ResponseKey
from channels.bootstrap import load_release
from channels.composition_speech import clauses_of
from channels.settings import sample_pack
from channels.voice.engines.phonemes import Pronouncer
from channels.voice.listener_words import ListenerWords
from channels.voice.prompts import OFTEN, fixed_clauses


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


def test_a_recommendation_with_its_disclosures_is_heard_to_its_end(release):
    (variant,) = release.responses[ResponseKey("utter_recommendation")]
    assert variant.custom["interruptible"] is False
