"""What leaves for a model: no number, name or code that has a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.masking import mask
from assistant.understanding.normalise import normalise
from tests.unit.understanding.reading import LEXICON, TODAY


def masked(text):
    return mask(normalise(text, {}), LEXICON, TODAY)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("我的手机号是13800001001", "13800001001"),
        ("我的手机号是 138 0000 1001", "1001"),
        ("电话１３８００００１００１", "13800001001"),
        ("手机幺三八零零零零幺零零幺", "幺零零幺"),
        ("身份证110101199003070134", "110101199003070134"),
        ("身份证11010119900307013X", "013x"),
        ("卡号6222020200112233445", "6222020200112233445"),
        ("卡号 6222 0202 0011 2233 445", "2233"),
        ("尾号6688的卡", "6688"),
        ("验证码246810", "246810"),
        ("验证码是 24 68 10", "68 10"),
        ("验证码二四六八一零", "二四六八一零"),
        ("密码是abc123", "abc123"),
        ("my password is hunter2", "hunter2"),
        ("the code is 246810", "246810"),
        ("给林秀芳转五百", "林秀芳"),
        ("send 50 to alice smith", "alice smith"),
        ("发到lin.xiao@example.com", "lin.xiao"),
        ("余额12,480.55", "12,480"),
        ("转8000000", "8000000"),
    ],
)
def test_personal_data_gives_way_to_a_placeholder(text, gone):
    result = masked(text)
    assert gone not in result.text
    assert "[" in result.text
    assert any(gone in original for original in result.originals.values())


@pytest.mark.parametrize("text", ["给妈妈转50块", "把信用卡锁一下", "五千块存三年", "how are you"])
def test_words_that_name_nobody_stay(text):
    assert masked(text).text == text


@given(st.text(max_size=60))
def test_masking_hides_every_run_of_four_digits_and_loses_nothing(text):
    message = normalise(text, {})
    result = mask(message, LEXICON, TODAY)
    restored = result.text
    for placeholder, original in reversed(result.originals.items()):
        restored = restored.replace(placeholder, original, 1)
    if "[" not in text:
        assert restored == message.text
    plain = result.text
    for placeholder in result.originals:
        plain = plain.replace(placeholder, " ")
    assert not any(
        plain[i : i + 4].isascii() and plain[i : i + 4].isdigit() for i in range(len(plain) - 3)
    )


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("1000美元能换多少人民币", "1000美元"),
        ("存5000元定期利息多少", "5000元"),
        ("12,480.55元够不够", "12,480.55元"),
        ("how much is 2500 usd", "2500 usd"),
        ("50000块贷一年", "50000块"),
        ("1500万资产算私行吗", "1500万"),
    ],
)
def test_an_amount_stays_where_the_question_needs_it(text, stays):
    found = mask(normalise(text, {}), LEXICON, TODAY, keep_amounts=True).text
    assert stays in found


@pytest.mark.parametrize(
    "text",
    [
        "13800001001元",
        "6222020200112233445元",
        "尾号6688的卡还有多少元",
        "110101199003070134美元",
        "验证码246810元",
        "卡6688转1000美元",
    ],
)
def test_a_number_of_a_person_does_not_pass_as_an_amount(text):
    found = mask(normalise(text, {}), LEXICON, TODAY, keep_amounts=True).text
    assert not any(
        number in found for number in ("13800001001", "6222020", "6688", "110101199", "246810")
    )
