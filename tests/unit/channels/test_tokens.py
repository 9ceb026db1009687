"""Tokens of a bank's own app: signed with its private key, checked with its public ones."""

import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode

from channels.web.tokens import KeysUnavailable, PublicKeys, Secret, TokenInvalid, Tokens

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


class StoredKeys(jwt.PyJWKClient):
    """Public keys without a network; none at all when `away`."""

    away = False

    def fetch_data(self):
        if self.away:
            msg = "no connection"
            raise jwt.PyJWKClientConnectionError(msg)
        return {
            "keys": [
                {"kid": "e", "use": "sig", **json.loads(ECAlgorithm.to_jwk(EC_KEY.public_key()))},
                {"kid": "r", "use": "sig", **json.loads(RSAAlgorithm.to_jwk(RSA_KEY.public_key()))},
            ]
        }


@pytest.fixture
def keys():
    return StoredKeys("https://bank.example/jwks.json")


@pytest.fixture
def tokens(keys, clock):
    return Tokens(keys=PublicKeys(keys), issuer="https://bank.example", audience="g", clock=clock)


def signed(clock, key, algorithm, kid):
    now = int(clock.now().timestamp())
    claims = {
        "sub": "C1001",
        "level": 3,
        "iat": now,
        "exp": now + 60,
        "iss": "https://bank.example",
        "aud": "g",
    }
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(EC_KEY, "ES256", "e"), (RSA_KEY, "RS256", "r")]
)
async def test_a_token_of_the_bank_is_taken(tokens, clock, key, algorithm, kid):
    bearer = await tokens.verify(signed(clock, key, algorithm, kid))
    assert bearer.sign_in.customer_id == "C1001"
    assert bearer.sign_in.at == clock.now()


async def test_a_public_key_does_not_serve_as_a_secret(tokens, clock):
    # RFC 8725, section 2.1: an attacker signs with the public key, as if it were a secret.
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    genuine = signed(clock, RSA_KEY, "RS256", "r")
    header = base64url_encode(json.dumps({"alg": "HS256", "kid": "r"}).encode())
    message = header + b"." + genuine.split(".")[1].encode()
    signature = base64url_encode(hmac.digest(public, message, "sha256"))
    with pytest.raises(TokenInvalid):
        await tokens.verify((message + b"." + signature).decode())


async def test_a_key_of_nobody_is_refused(tokens, clock):
    stranger = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, stranger, "ES256", "e"))
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, stranger, "ES256", "unknown"))


async def test_keys_that_cannot_be_fetched_are_not_the_customers_fault(tokens, keys, clock):
    keys.away = True
    with pytest.raises(KeysUnavailable):
        await tokens.verify(signed(clock, EC_KEY, "ES256", "e"))


def test_nothing_is_signed_with_the_banks_own_keys(tokens):
    with pytest.raises(TokenInvalid):
        tokens.issue("C1001", role="customer", level=3, name="")


async def test_a_colleague_has_no_customers_sign_in(clock):
    tokens = Tokens(keys=Secret("s" * 32), issuer="i", audience="a", clock=clock)
    bearer = await tokens.verify(tokens.issue("李静", role="colleague", level=0, name="李静"))
    assert (bearer.role, bearer.sign_in) == ("colleague", None)
