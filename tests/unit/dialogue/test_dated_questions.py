"""A question about another day is answered as of that day, or honestly not at all."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.model.commands import SearchKnowledge
from assistant.ports import PassageHit, SentenceHit
from tests.fakes import NOON
from tests.unit.dialogue.talk import keys, kinds, texts

VERSIONS = (
    (date(2026, 1, 1), date(2026, 4, 30), "三年年利率为1.45%。"),
    (date(2026, 5, 1), date(2026, 10, 14), "三年年利率为1.40%。"),
    (date(2026, 10, 15), date(2026, 12, 31), "三年年利率为1.30%。"),
    (date(2027, 1, 1), None, "三年年利率为1.20%。"),
)


def hit(first, last, sentence):
    return PassageHit(
        passage_id=f"rates@{first}#s-1",
        document_id="rates",
        title="存款利率表",
        section="定期",
        version=first.isoformat(),
        effective_from=first,
        effective_to=last,
        text=sentence,
        score=0.9,
        sentences=(SentenceHit(text=sentence, score=0.9),),
    )


class DatedShelf:
    """Implements the Knowledge port: the version valid on the day, as known today."""

    def __init__(self, versions=VERSIONS):
        self.versions = versions

    async def search(self, question, *, as_of, limit=5, known_on=None, **_):
        assert known_on == NOON.date()
        return [hit(*one) for one in self.versions if one[0] <= as_of <= (one[1] or date.max)]


@pytest.fixture
def ask(talk):
    async def asked(question, versions=VERSIONS):
        ports = replace(talk.assistant.ports, knowledge=DatedShelf(versions))
        talk.assistant = replace(talk.assistant, ports=ports)
        return await talk.say(SearchKnowledge(question=question), text=question)

    return asked


@pytest.mark.parametrize(
    ("question", "day", "rate"),
    [
        ("2026年6月的时候三年利率多少", "2026-06-30", "1.40%"),
        ("今年2月三年利率多少", "2026-02-28", "1.45%"),
        ("what was the three-year rate in March 2026", "2026-03-31", "1.45%"),
    ],
)
async def test_a_past_question_gets_the_version_of_then_and_says_so(ask, question, day, rate):
    turn = await ask(question)
    assert keys(turn) == ["answer_as_of"]
    assert day in texts(turn)[0]
    assert rate in texts(turn)[0]
    (citation,) = turn.replies[0].citations
    assert citation.effective_from <= date.fromisoformat(day) <= citation.effective_to


async def test_terms_that_changed_within_the_time_asked_about_are_both_told(ask):
    turn = await ask("上个月三年利率多少")
    assert keys(turn) == ["answer_as_of", "answer_as_of"]
    assert ["1.40%" in texts(turn)[0], "1.30%" in texts(turn)[1]] == [True, True]


async def test_a_present_question_never_gets_an_expired_version(ask):
    turn = await ask("三年利率多少")
    assert keys(turn) == ["answer"]
    assert "1.30%" in texts(turn)[0]


async def test_a_day_before_any_version_is_said_and_no_figure_is_given(ask):
    turn = await ask("2019年三年利率多少")
    assert keys(turn) == ["answer_no_version"]
    assert "abstained" in kinds(turn)
    assert "%" not in texts(turn)[0]


async def test_what_is_announced_for_a_day_to_come_is_told_as_of_that_day(ask):
    turn = await ask("明年三年利率多少")
    assert keys(turn) == ["answer_as_of"]
    assert ["2027-01-01" in texts(turn)[0], "1.20%" in texts(turn)[0]] == [True, True]


async def test_what_is_not_announced_is_not_known_and_the_present_terms_are_named_so(ask):
    versions = (VERSIONS[0], (date(2026, 10, 15), None, "三年年利率为1.30%。"))
    turn = await ask("明年三年利率多少", versions)
    assert keys(turn) == ["answer_not_yet_known"]
    assert "1.30%" in texts(turn)[0]
