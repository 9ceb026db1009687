"""XML, splitting and the envelope hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.splitting import MAX_TEXT_BYTES, size, split
from channels.wechat.crypto import Codec, signature
from channels.wechat.errors import Rejected
from channels.wechat.xml import cdata, read_fields, write_fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = bytes(range(32))
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


@given(TEXT)
def test_whatever_is_written_is_read_back(text):
    readable = "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))
    fields = read_fields(write_fields({"Content": readable, "CreateTime": 7}))
    assert fields == {"Content": readable, "CreateTime": "7"}


@given(TEXT)
def test_no_text_becomes_markup(text):
    forged = f"{text}]]></Content><MsgType>news</MsgType><Content><![CDATA["
    assert set(read_fields(write_fields({"Content": forged}))) == {"Content"}


def test_the_end_of_a_section_is_divided():
    assert cdata("a]]>b") == "<![CDATA[a]]]]><![CDATA[>b]]>"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, "xml"),
        (OUTSIDE, "xml"),
        ("<xml><Content>", "xml"),
        ("not xml", "xml"),
        ("", "xml"),
        ("<xml>\x00</xml>", "xml"),
        ("<xml>\ud800</xml>", "xml"),
        (f"<xml><Content>{'长' * 22_000}</Content></xml>", "too_large"),
        (f"{'<a>' * 12}{'</a>' * 12}", "too_deep"),
        (f"{'<a>' * 9000}{'</a>' * 9000}", "too_deep"),
    ],
    ids=["laughs", "xxe", "cut", "words", "nothing", "nul", "half", "large", "deep", "abyss"],
)
def test_xml_that_is_not_a_message_is_rejected(body, reason):
    with pytest.raises(Rejected, match=reason):
        read_fields(body)


@given(TEXT, st.integers(4, 60))
def test_pieces_fit_and_hold_every_character(text, limit):
    pieces = split(text, limit)
    assert all(0 < size(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_long_answer_is_cut_at_the_ends_of_sentences():
    sentence = "本行借记卡挂失可以在手机银行办理，也可以拨打客服电话。"
    pieces = split(sentence * 60)
    assert len(pieces) > 1
    assert all(size(piece) <= MAX_TEXT_BYTES and piece.endswith("。") for piece in pieces)
    assert "".join(pieces) == sentence * 60


@given(TEXT, st.binary(min_size=16, max_size=16))
def test_what_is_sealed_is_opened_again(text, random):
    codec = Codec("token", (KEY,), "wx1")
    sealed = codec.seal(text, KEY, "1", "2", random)
    assert codec.open(sealed.encrypt, sealed.msg_signature, "1", "2").text == text


@given(st.binary(max_size=400))
def test_no_bytes_open_by_accident_or_end_in_a_defect(noise):
    codec = Codec("token", (KEY,), "wx1")
    encrypt = noise.hex()
    with pytest.raises(Rejected):
        codec.open(encrypt, signature("token", "1", "2", encrypt), "1", "2")


@given(TEXT.filter(lambda text: text != signature("token", "1", "2", "x")))
def test_no_other_signature_is_taken(given_signature):
    with pytest.raises(Rejected, match="signature"):
        Codec("token", (KEY,), "wx1").open("x", given_signature, "1", "2")
