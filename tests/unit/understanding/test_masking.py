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
