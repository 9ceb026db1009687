"""Identity, card and mobile numbers are found in every form people write, and nothing else is."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.personal import find_personal, hide_personal, kind_of

ID = "11010519491231002X"
CARD = "6222021234567890128"
PHONE = "13800138000"
CAPITALS = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def grouped(number, size=4, joint=" "):
    return joint.join(number[at : at + size] for at in range(0, len(number), size))


FORMS = [
    ("id_number", ID, ID),
    ("id_number", ID, ID.lower()),
    ("id_number", ID, ID.translate(FULL)),
    ("id_number", ID, f"{ID[:6]} {ID[6:14]} {ID[14:]}"),
    ("id_number", ID, "\u200b".join(ID)),
    ("id_number", ID, grouped(ID, 6, "-")),
    ("id_number", ID, ID.translate(SPOKEN)),
    ("card_number", CARD, CARD),
    ("card_number", CARD, grouped(CARD)),
    ("card_number", CARD, grouped(CARD, joint="-")),
    ("card_number", CARD, CARD.translate(FULL)),
    ("card_number", CARD, grouped(CARD.translate(FULL), joint="　")),
    ("card_number", CARD, CARD.translate(CAPITALS)),
    ("card_number", "4111111111111111", "4111 1111 1111 1111"),
    ("phone", PHONE, PHONE),
    ("phone", PHONE, "138 0013 8000"),
    ("phone", PHONE, "138-0013-8000"),
    ("phone", PHONE, PHONE.translate(FULL)),
    ("phone", PHONE, PHONE.translate(SPOKEN)),
    ("phone", PHONE, PHONE.translate(CAPITALS)),
    ("phone", PHONE, "138\u200b0013\u200d8000"),
    ("phone", PHONE, "一三八零零一三八零零零"),
    ("phone", PHONE, "138\n00138000"),
    ("phone", PHONE, "１３８－００１３\r\n８０００"),
    ("id_number", ID, f"{ID[:10]}\n{ID[10:]}"),
    ("card_number", CARD, f"{CARD[:8]} \n{CARD[8:]}"),
    ("card_number", CARD, f"{CARD[:4]}－{CARD[4:].translate(SPOKEN)}"),
    ("phone", f"86{PHONE}", f"+86{PHONE}"),
    ("phone", f"86{PHONE}", "+86 138 0013 8000"),
    ("phone", f"0086{PHONE}", f"0086-{PHONE}"),
]
NEITHER = [
    "订单号 2026112213800138000123",
    "订单 20261122138001380001",
    "转 100000000000 元",
    "6222021234567890127",
    "110105194912310021",
    "110105194902310026",
    "12800138000",
    "1380013800",
    "9138001380001",
    "余额 12,480.55 元，2026-11-22 到期",
    "一二三四五六七",
    "0000000000000000",
    "我要转两千三百块给妈妈",
]


@pytest.mark.parametrize(("kind", "digits", "written"), FORMS)
def test_every_form_is_found_and_hidden(kind, digits, written):
    text = f"我的号是{written}，请查一下"
    (found,) = find_personal(text)
    assert (found.kind, found.digits.upper()) == (kind, digits)
    hidden = hide_personal(text)
    assert hidden.startswith("我的号是")
    assert hidden.endswith("]，请查一下")
    assert not any(character.isdecimal() for character in hidden)


@pytest.mark.parametrize("text", NEITHER)
def test_what_only_looks_like_one_stays(text):
    assert find_personal(text) == []
    assert hide_personal(text) == text


def test_several_in_one_text_are_all_found():
    text = f"{PHONE} {CARD}，身份证{ID}"
    assert [each.kind for each in find_personal(text)] == ["phone", "card_number", "id_number"]
    assert hide_personal(text) == "[PHONE] [CARD]，身份证[ID]"


def test_an_x_between_two_numbers_hides_neither():
    assert hide_personal(f"q=x{CARD}x{CARD}x{PHONE}") == "q=x[CARD][CARD][PHONE]"


@given(st.text(max_size=60))
def test_hiding_never_fails_and_hides_everything_it_finds(text):
    assert find_personal(hide_personal(text)) == []


@given(st.integers(10**10, 10**19).map(str))
def test_a_found_number_keeps_its_kind(digits):
    for each in find_personal(digits):
        assert kind_of(each.digits) == each.kind


JOINTS = st.sampled_from(["", "", "", " ", "-", "－", "　", "\n", "\r\n", " - ", "·", "\u200b"])
SCRIPTS = st.sampled_from([{}, FULL, CAPITALS, SPOKEN])


def luhn(body):
    """The number with its check digit (ISO/IEC 7812-1, annex B)."""
    for check in "0123456789":
        if kind_of(body + check) == "card_number":
            return body + check
    return None


@st.composite
def phones(draw):
    return "1" + draw(st.sampled_from("3456789")) + draw(st.from_regex(r"\A[0-9]{9}\Z"))


@st.composite
def cards(draw):
    return luhn("62" + draw(st.from_regex(r"\A[0-9]{13,16}\Z"))) or CARD


@st.composite
def identities(draw):
    day = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 22)))
    body = "110105" + f"{day:%Y%m%d}" + draw(st.from_regex(r"\A[0-9]{3}\Z"))
    return next(body + check for check in "0123456789X" if kind_of(body + check) == "id_number")


@given(st.one_of(phones(), cards(), identities()), st.data())
def test_a_number_is_found_however_it_is_written(number, data):
    written = "".join(
        data.draw(JOINTS) * bool(place) + digit.translate(data.draw(SCRIPTS))
        for place, digit in enumerate(number)
    )
    hidden = hide_personal(f"请记下：{written}。谢谢")
    assert hidden in {f"请记下：[{name}]。谢谢" for name in ("PHONE", "CARD", "ID")}


def test_a_long_run_of_single_digits_is_read_in_linear_time():
    """Each start is tried with as many pieces as a number can have, not with all that follow."""
    started = time.process_time()
    assert find_personal("1.1.1.1-" * 490) == []
    assert time.process_time() - started < 2
