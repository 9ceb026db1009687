"""Gap mining: like questions together, the most frequent first, nothing personal."""

from datetime import timedelta

from assistant.gaps import grouped, open_questions
from assistant.model.events import Abstained, Answered, FeedbackGiven, MessageReceived
from assistant.model.ids import ConversationId, MessageId
from assistant.ports import StoredEvent
from tests.fakes import NOON
from tests.unit.answers.desk import bank_release

LEXICON = bank_release().lexicon


class Letters:
    """Implements the Encoder port: texts with the same letters are alike."""

    def encode(self, texts):
        rows = []
        for text in texts:
            row = [0.0] * 512
            for character in text:
                row[ord(character) % 512] += 1.0
            length = sum(value * value for value in row) ** 0.5
            rows.append([value / length for value in row])
        return rows


def event(kind, turn, **fields):
    return kind(at=NOON + timedelta(minutes=turn), turn=turn, release="r", **fields)


def stored(*events):
    return [StoredEvent(seq=n, frame_seq=None, event=one) for n, one in enumerate(events, 1)]


def mined(*events, conversation="c1"):
    return [*open_questions(ConversationId(conversation), stored(*events), LEXICON)]


def test_abstentions_and_low_ratings_are_gaps_and_good_answers_are_not():
    found = mined(
        event(Abstained, 1, question="有没有黄金ETF", reason="not_sure"),
        event(MessageReceived, 2, message_id=MessageId("m2"), text="年费多少", channel="web"),
        event(Answered, 2, question="信用卡年费多少", passages=()),
        event(FeedbackGiven, 3, rated_turn=2, rating=-1),
        event(Answered, 4, question="怎么挂失", passages=()),
        event(FeedbackGiven, 5, rated_turn=4, rating=1),
    )
    assert [(one.text, one.reason) for one in found] == [
        ("有没有黄金etf", "not_sure"),
        ("信用卡年费多少", "low_rating"),
    ]


def test_personal_data_is_masked():
    [one] = mined(
        event(Abstained, 1, question="我手机13800001001的卡6222021234567890123能办吗", reason="x")
    )
    assert "13800001001" not in one.text
    assert "6222021234567890123" not in one.text
    assert "能办吗" in one.text


def test_like_questions_are_one_gap_and_the_most_frequent_comes_first():
    asked = [
        *mined(event(Abstained, 1, question="有没有黄金定投", reason="x"), conversation="a"),
        *mined(event(Abstained, 2, question="黄金有没有定投", reason="x"), conversation="b"),
        *mined(event(Abstained, 3, question="停车场在哪里", reason="x"), conversation="b"),
        *mined(event(Abstained, 4, question="有没有黄金定投", reason="y"), conversation="c"),
    ]
    first, second = grouped(asked, Letters())
    assert (first.count, first.conversations, first.example) == (3, 3, "有没有黄金定投")
    assert second.example == "停车场在哪里"
    assert grouped([], Letters()) == []
