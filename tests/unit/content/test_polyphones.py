"""Characters whose reading calls would guess are named once each, with where and how often."""

import pytest

from assistant.model.spoken import ReadAlone
from knowledge.check import check
from knowledge.check_polyphones import undecided
from tests.unit.content.packs import PACK, write

RESPONSE = """\
responses:
  reason_x:
    - text: 您还{amount}。
      buttons: [{title: 先还, payload: "/SetSlots(card=all)"}]
"""


def alone(character, *readings):
    return ReadAlone(character=character, readings=readings, around=f"先{character}")


def finder(words):
    """Cuts after every character, unless the lexicon has the whole text."""
    table = {"还": ("hái", "huán"), "先": ("xiān",), "您": ("nín",)}

    def found(text):
        for at, character in enumerate(text):
            if character in table and text not in words.pronunciations:
                around = text[max(0, at - 2) : at + 2]
                yield ReadAlone(character=character, readings=table[character], around=around)

    return found


def warnings(folder, lexicon):
    files = {**PACK, "responses/x.yml": RESPONSE, "lexicon/speech.yml": lexicon}
    found = check(write(folder, files), defaults=None, polyphones=finder)
    return [(item.severity, str(item)) for item in found]


def test_one_line_a_character_the_most_frequent_first():
    found = [
        ("a", alone("为", "wèi", "wéi")),
        ("a", alone("还", "hái", "huán")),
        ("b", alone("还", "hái", "huán")),
    ]
    told = [(one.first.character, one.where, one.places) for one in undecided(found, ())]
    assert told == [("还", "a", 2), ("为", "a", 1)]
    assert [one.first.character for one in undecided(found, ("还",))] == ["为"]


@pytest.mark.parametrize(
    ("readings", "is_told"),
    [
        (("le", "liǎo"), True),
        (("jiào", "jiāo"), True),
        (("ma", "má"), False),
        (("jiā", "jia"), False),
        (("kuǎn",), False),
    ],
)
def test_a_reading_without_tone_is_no_other_reading(readings, is_told):
    assert bool(undecided([("a", alone("字", *readings))], ())) is is_told


def test_a_character_nothing_decides_is_a_warning_that_says_where_to_decide_it(tmp_path):
    ((severity, line),) = warnings(tmp_path, "pronunciations: {还款: huán kuǎn}")
    assert severity == "warning"
    assert line.startswith(
        "lexicon/speech.yml:1: pronunciations: calls read 还 as hái, not huán, "
        'in "您还…" (reason_x and 1 more)'
    )
    assert "spoken_single" in line


def test_words_of_the_lexicon_decide_a_place_and_the_list_all_of_them(tmp_path):
    ((_, line),) = warnings(tmp_path / "one", "pronunciations: {先还: xiān huán}")
    assert "(reason_x)" in line
    assert warnings(tmp_path / "all", "{pronunciations: {先: xiān}, spoken_single: [还]}") == []


def test_a_pack_that_takes_no_calls_is_left_alone(tmp_path):
    assert warnings(tmp_path, "spoken_terms: [还款]") == []


def test_the_list_holds_characters_only(tmp_path):
    (told,) = warnings(tmp_path, "spoken_single: [还款]")
    assert told[0] == "error"
    assert '"还款": one Chinese character each' in told[1]
