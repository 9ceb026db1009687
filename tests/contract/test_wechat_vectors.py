"""The envelope against 16 published vectors and 13 damaged ones."""

import json
from pathlib import Path

import pytest

from channels.wechat.crypto import Codec, is_signed, read_key, signature
from channels.wechat.errors import Rejected
from channels.wechat.xml import read_fields

VECTORS = json.loads((Path(__file__).parent / "data" / "wechat_vectors.json").read_text())
POSITIVE = {vector["id"]: vector for vector in VECTORS["vectors"]}
NEGATIVE = {vector["id"]: vector for vector in VECTORS["negative"]}
ENCRYPTED = [v["id"] for v in POSITIVE.values() if "encrypt" in v]
PLAIN = [v["id"] for v in POSITIVE.values() if "signature" in v]
REASONS = {
    "bad-signature": ("signature", 403),
    "wrong-receive-id": ("receive_id", 403),
    "pad-byte-zero": ("padding", 400),
    "pad-byte-33": ("padding", 400),
    "pad-inconsistent": ("padding", 400),
    "msg-len-overflow": ("length", 400),
    "msg-len-short-shifts-rid": ("receive_id", 403),
    "not-multiple-of-16": ("block_size", 400),
    "invalid-base64": ("base64", 400),
    "invalid-utf8": ("utf8", 400),
}
TAKEN = {"ok-control", "pkcs7-block-16-variant"}


def codec_of(vector, *former):
    keys = (read_key(vector["encoding_aes_key"]), *former)
    return Codec(vector["token"], keys, vector["receive_id"])


def opened(vector, codec=None):
    codec = codec or codec_of(vector)
    given = vector.get("msg_signature") or signature(
        vector["token"], vector.get("timestamp", "1"), vector.get("nonce", "2"), vector["encrypt"]
    )
    return codec.open(
        vector["encrypt"], given, vector.get("timestamp", "1"), vector.get("nonce", "2")
    )


def test_every_vector_is_used():
    assert {*ENCRYPTED, *PLAIN, "silenceper-sha1"} == {*POSITIVE}
    assert {*REASONS, *TAKEN, "xml-doctype"} == {*NEGATIVE}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_a_published_message_is_opened(name):
    assert opened(POSITIVE[name]).text == POSITIVE[name]["plaintext"]


@pytest.mark.parametrize("name", ENCRYPTED)
def test_a_published_reply_is_sealed_byte_for_byte(name):
    vector = POSITIVE[name]
    sealed = codec_of(vector).seal(
        vector["plaintext"],
        read_key(vector["encoding_aes_key"]),
        vector.get("timestamp", "1"),
        vector.get("nonce", "2"),
        bytes.fromhex(vector["random_hex"]),
    )
    assert sealed.encrypt == vector["encrypt"]
    assert sealed.msg_signature == vector.get("msg_signature", sealed.msg_signature)


@pytest.mark.parametrize("name", PLAIN)
def test_a_published_signature_is_right(name):
    vector = POSITIVE[name]
    parts = (vector["token"], vector["timestamp"], vector["nonce"])
    assert is_signed(vector["signature"], *parts)


def test_the_sorted_hash_is_right():
    vector = POSITIVE["silenceper-sha1"]
    assert signature(*vector["parts"]) == vector["sha1"]


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_damaged_message_is_rejected_for_its_own_reason(name):
    with pytest.raises(Rejected) as rejected:
        opened(NEGATIVE[name])
    assert (rejected.value.reason, rejected.value.status) == REASONS[name]


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_peer_that_pads_to_16_is_understood(name):
    assert opened(NEGATIVE[name]).text == NEGATIVE[name]["plaintext"]


def test_a_document_type_is_opened_and_not_parsed():
    with pytest.raises(Rejected, match="xml"):
        read_fields(opened(NEGATIVE["xml-doctype"]).text)


def test_the_key_before_the_change_still_opens_and_answers():
    vector = POSITIVE["tencent-doc-secure-post-json"]
    former = read_key(vector["encoding_aes_key"])
    codec = Codec(vector["token"], (bytes(32), former), vector["receive_id"])
    found = opened(vector, codec)
    assert (found.text, found.key) == (vector["plaintext"], former)
