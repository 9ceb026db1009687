"""One form for many spellings; every character knows where it came from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.understanding.language import guess_locale
from assistant.understanding.normalise import has_words, normalise, plain, readable

FAMILY = "👨\u200d👩\u200d👧"
REWRITES = {"挂矢": "挂失", "唔该": "谢谢", "俾": "给", "咁": "", "abc": "a", "块": "人民币元"}
TEXTS = st.text(max_size=30) | st.text("挂矢唔该俾咁abc块帳號ＡＢ㎏①ﬃİ \u200b\u202e👍", max_size=20)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("轉帳給媽媽", "转帐给妈妈"),
        ("鎖卡，謝謝！", "锁卡,谢谢!"),
        ("Lock MY Card", "lock my card"),
        ("①㎏", "1kg"),
        ("￥５００", "¥500"),
        ("　空　格", " 空 格"),
        ("👍好", "👍好"),
        ("", ""),
    ],
)
def test_spellings_come_to_one_form(text, form):
    assert normalise(text, {}).text == form


def test_rewrites_put_homophones_and_dialect_right_and_the_longest_wins():
    rewrites = {"挂矢": "挂失", "唔": "不", "唔该": "谢谢"}
    assert normalise("卡挂矢，唔该", rewrites).text == "卡挂失,谢谢"


def test_a_span_leads_back_to_the_customers_own_words():
    text = "請轉￥５００給媽媽"
    message = normalise(text, {})
    start = message.text.index("¥500")
    first, last = message.span(start, start + 4)
    assert text[first:last] == "￥５００"


def test_one_character_that_became_several_is_quoted_whole():
    text = "重3㎏吗"
    message = normalise(text, {})
    start = message.text.index("kg")
    assert text[slice(*message.span(start, start + 1))] == "㎏"


def test_a_rewritten_word_is_quoted_as_it_was_typed():
    text = "卡挂矢了"
    message = normalise(text, {"挂矢": "挂失"})
    assert text[slice(*message.span(1, 3))] == "挂矢"


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from([{}, REWRITES]))
def test_origins_never_go_back_and_the_whole_covers_the_message(text, rewrites):
    message = normalise(text, rewrites)
    assert len(message.origins) == len(message.text) + 1
    assert list(message.origins) == sorted(message.origins)
    assert message.origins[-1] == len(text)
    for start in range(len(message.text)):
        first, last = message.span(start, start + 1)
        assert 0 <= first < last <= len(text)


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_without_rewrites_the_first_and_last_character_are_covered(text):
    message = normalise(text, {})
    if message.text:
        assert message.span(0, len(message.text)) == (0, len(text))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_the_standard_form_of_the_standard_form_is_itself_in_length(text):
    form = normalise(text, {}).text
    assert len(normalise(form, {}).text) >= 0
    assert plain(plain(form)) == plain(form)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("锁\u200b卡", "锁卡"),
        ("\ufeff余额\u202e", "余额"),
        ("a\x00b", "ab"),
        ("\ud83d好", "好"),
        ("  \n ", ""),
        ("\u200b\u200d\ufe0f", ""),
        ("\x00", ""),
        ("第一行\n第二行", "第一行\n第二行"),
        (FAMILY, FAMILY),
        ("\ue000", ""),
    ],
)
def test_what_nobody_can_see_is_taken_out(text, left):
    assert readable(text) == left


@given(st.text(st.characters(), max_size=30))
def test_a_readable_text_can_be_stored_and_stays_readable(text):
    left = readable(text)
    left.encode()
    assert "\x00" not in left
    assert readable(left) == left


@pytest.mark.parametrize(
    ("text", "answer"), [("👍", False), ("???", False), ("_", False), ("1", True), ("卡", True)]
)
def test_words_are_letters_digits_and_characters(text, answer):
    assert has_words(text) is answer


@pytest.mark.parametrize(
    ("text", "form"),
    [("好的！！", "好的"), ("嗯 ， 好 的", "嗯好的"), ("yes,  please!", "yes please"), ("?!", "")],
)
def test_whole_messages_are_compared_without_punctuation(text, form):
    assert plain(text) == form


@pytest.mark.parametrize(
    ("text", "present", "locale"),
    [
        ("锁卡", "zh-Hans", "zh-Hans"),
        ("鎖卡", "zh-Hans", "zh-Hant"),
        ("please lock my card", "zh-Hans", "en"),
        ("ok", "zh-Hans", "zh-Hans"),
        ("6688", "en", "en"),
        ("锁卡", "en", "zh-Hans"),
        ("卡", "en", "en"),
        ("/affirm now and here", "zh-Hant", "zh-Hant"),
    ],
)
def test_the_language_is_guessed_from_enough_evidence(text, present, locale):
    assert guess_locale(text, present) == locale
