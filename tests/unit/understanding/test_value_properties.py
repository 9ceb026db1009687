"""Whatever is typed: no error, spans inside the message, and the quoted words give the value."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.model.money import Money
from assistant.model.release import SlotDefinition
from assistant.understanding.normalise import normalise, readable
from assistant.understanding.values.extract import Wanted, extract
from tests.unit.understanding.reading import LEXICON, TODAY

ALPHABET = "零一二两三五九十百千万亿半元块角分钱毛多〇年月日号天周近最去上个给转妈尾號卡"
ALPHABET += "0123456789.,，¥ kwx-"
TEXTS = st.text(ALPHABET, max_size=24) | st.text(max_size=40)
ASKED = st.sampled_from([None, "amount", "payee", "code", "card", "phone", "id_number"])
REWRITES = {"块": "元", "妈": "妈妈"}


@settings(max_examples=300, deadline=None)
@given(TEXTS, ASKED, st.booleans())
@example("最近99999999999天", None, True)
@example("99999999999999月1日", None, True)
@example("⑴万ⅷ㎏ﬃ元", "amount", True)
def test_values_lie_inside_the_message_and_never_overlap(text, asked, moves_money):
    message = normalise(readable(text), REWRITES)
    slot = SlotDefinition(name="asked", kind=asked) if asked else None
    found = extract(message, Wanted(slot, moves_money, TODAY), LEXICON)
    end = 0
    for value in sorted(found, key=lambda each: each.start):
        assert end <= value.start < value.end <= len(message.text)
        end = value.end
        start, stop = message.span(value.start, value.end)
        assert 0 <= start < stop <= len(readable(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.booleans())
def test_every_amount_found_is_money(text, moves_money):
    found = extract(normalise(readable(text), {}), Wanted(None, moves_money, TODAY), LEXICON)
    for value in found:
        if value.kind == "amount":
            assert Money.parse(value.value).plain() == value.value


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10**11 - 1), st.sampled_from(["{}元", "转{}给老妈", "¥{}", "{} yuan"]))
def test_any_amount_written_with_its_unit_is_read_back_to_the_fen(minor, frame):
    money = Money(minor, "CNY")
    for written in (money.plain(), money.grouped()):
        text = frame.format(written)
        found = extract(normalise(text, {}), Wanted(None, True, TODAY), LEXICON)
        amounts = [value for value in found if value.kind == "amount"]
        assert [value.value for value in amounts] == [money.plain()]
        assert written in text[amounts[0].start : amounts[0].end]
