"""No byte of a receipt can be changed unseen, and nobody else can sign one."""

import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assistant.notary.receipts import read_receipt, write_receipt
from assistant.notary.roots import Signer

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
BODY = {
    "receipt_id": "HY20261122-000001",
    "done": {"action": "transfer_money", "facts": {"amount": "50.00", "payee": "林秀芳"}},
    "text": "回执号：HY20261122-000001\n🧾",
}
GENUINE = write_receipt(BODY, SIGNER)


def test_a_genuine_receipt_says_what_was_signed():
    found, problem = read_receipt(GENUINE, [SIGNER.public])
    assert problem is None
    assert {name: found[name] for name in BODY} == BODY


def test_every_altered_byte_is_found():
    for place in range(len(GENUINE)):
        for other in (GENUINE[place] ^ 1, GENUINE[place] ^ 0x20, GENUINE[place] ^ 0x80, 0):
            if other == GENUINE[place]:
                continue
            altered = GENUINE[:place] + bytes([other]) + GENUINE[place + 1 :]
            assert read_receipt(altered, [SIGNER.public])[1] is not None
            assert read_receipt(altered)[1] is not None


@given(st.integers(0, len(GENUINE)), st.binary(max_size=8), st.integers(0, 8))
def test_nothing_can_be_put_in_or_left_out(place, inserted, dropped):
    altered = GENUINE[:place] + inserted + GENUINE[place + dropped :]
    if altered != GENUINE:
        assert read_receipt(altered, [SIGNER.public])[1] is not None


def test_one_signed_by_somebody_else_is_not_ours():
    stranger = Signer(Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32)))
    forged = write_receipt(BODY, stranger)
    assert read_receipt(forged, [SIGNER.public])[1] is not None
    assert read_receipt(forged, [stranger.public])[1] is None


def test_the_same_words_in_another_form_are_not_the_receipt():
    pretty = json.dumps(json.loads(GENUINE), indent=1).encode()
    assert "form" in str(read_receipt(pretty, [SIGNER.public])[1])


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 200_000, b'{"kind": 1}'])
def test_what_is_no_receipt_is_said_to_be_none(content):
    assert "not a receipt" in str(read_receipt(content, [SIGNER.public])[1])
