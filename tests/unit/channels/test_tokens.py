"""Tokens of a bank's own app: signed with its private key, checked with its public ones."""

import hmac
import json
import pathlib
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode

from channels.web.tokens import (
    MAX_BYTES,
    KeyFile,
    KeysUnavailable,
    PublicKeys,
    Secret,
    TokenExpired,
    TokenInvalid,
    Tokens,
)

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


class StoredKeys(jwt.PyJWKClient):
    """Public keys without a network; none at all when `away`."""

    away = False
    fetched = 0

    def fetch_data(self):
        self.fetched += 1
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


def signed(clock, key, algorithm, kid, headers=None, **changed):
    now = int(clock.now().timestamp())
    claims = {
        "sub": "C1001",
        "level": 3,
        "iat": now,
        "exp": now + 60,
        "iss": "https://bank.example",
        "aud": "g",
        **changed,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid, **(headers or {})})


def jwks(**keys):
    """The document of these keys, by the name of each."""
    public = {kid: json.loads(ECAlgorithm.to_jwk(key.public_key())) for kid, key in keys.items()}
    return json.dumps({"keys": [{"kid": kid, "use": "sig", **key} for kid, key in public.items()]})


def seconds(clock, after):
    return int((clock.now() + timedelta(seconds=after)).timestamp())


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


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://bank.example.evil"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": "x" * 129},
        {"role": "administrator"},
        {"level": 9},
        {"nbf": "tomorrow"},
    ],
    ids=str,
)
async def test_what_a_token_must_say_is_said_in_full(tokens, clock, changed):
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, EC_KEY, "ES256", "e", **changed))


async def test_a_token_has_a_beginning_and_an_end(tokens, clock):
    async def verify(**changed):
        return await tokens.verify(signed(clock, EC_KEY, "ES256", "e", **changed))

    # The issuer's clock may be half a minute ahead of ours.
    for claim in ("nbf", "iat"):
        assert (await verify(**{claim: seconds(clock, 30)})).subject == "C1001"
        with pytest.raises(TokenInvalid):
            await verify(**{claim: seconds(clock, 31)})
    assert (await verify(exp=seconds(clock, 1))).subject == "C1001"
    with pytest.raises(TokenExpired):
        await verify(exp=seconds(clock, 0))


@pytest.mark.parametrize("jump_s", [3600, -3600])
async def test_a_clock_that_jumps_never_lengthens_a_token(tokens, clock, jump_s):
    token = signed(clock, EC_KEY, "ES256", "e")
    clock.advance(jump_s)
    with pytest.raises(TokenExpired if jump_s > 0 else TokenInvalid):
        await tokens.verify(token)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_only_signatures_of_public_keys_are_taken(tokens, clock, algorithm):
    key = None if algorithm == "none" else "s" * 64
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, key, algorithm, "e"))


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "RS512"])
async def test_an_algorithm_that_is_not_listed_is_refused(tokens, clock, algorithm):
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, RSA_KEY, algorithm, "r"))


@pytest.mark.parametrize(
    "kid",
    ["../../dev/null", "' OR 1=1 --", "https://evil.example/jwks.json", "", "e\x00", "r", None, 7],
    ids=repr,
)
async def test_the_key_a_token_names_is_only_looked_up(tokens, clock, kid):
    header = {"alg": "ES256", "typ": "JWT", "kid": kid}
    genuine = signed(clock, EC_KEY, "ES256", "e").split(".")
    message = base64url_encode(json.dumps(header).encode()).decode() + "." + genuine[1]
    with pytest.raises(TokenInvalid):
        await tokens.verify(f"{message}.{genuine[2]}")


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk"])
async def test_a_key_that_comes_with_the_token_is_not_used(tokens, clock, name):
    stranger = ec.generate_private_key(ec.SECP256R1())
    own = json.loads(ECAlgorithm.to_jwk(stranger.public_key()))
    brought = {name: own if name == "jwk" else "https://evil.example/jwks.json"}
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, stranger, "ES256", "e", brought))


async def test_an_extension_that_is_not_understood_is_refused(tokens, clock):
    # RFC 7515, section 4.1.11.
    brought = {"crit": ["unheard-of"], "unheard-of": True}
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, EC_KEY, "ES256", "e", brought))


async def test_a_token_that_is_too_long_is_not_looked_at(tokens, keys, clock):
    with pytest.raises(TokenInvalid):
        await tokens.verify(signed(clock, EC_KEY, "ES256", "e", filling="x" * MAX_BYTES))
    assert keys.fetched == 0


async def test_unknown_keys_do_not_make_us_ask_the_bank_each_time(tokens, keys, clock):
    for number in range(20):
        with pytest.raises(TokenInvalid):
            await tokens.verify(signed(clock, EC_KEY, "ES256", f"unknown-{number}"))
    assert keys.fetched <= 2


async def test_keys_are_changed_by_replacing_the_file(tmp_path, clock):
    old, new = EC_KEY, ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "jwks.json"
    tokens = Tokens(keys=KeyFile(path), issuer="https://bank.example", audience="g", clock=clock)
    by_old = signed(clock, old, "ES256", "old")
    by_new = signed(clock, new, "ES256", "new")

    async def taken():
        told = []
        for token in (by_old, by_new):
            try:
                told.append((await tokens.verify(token)).subject == "C1001")
            except TokenInvalid:
                told.append(False)
        return told

    def replace(text):
        aside = tmp_path / "aside"
        aside.write_text(text)
        pathlib.Path(aside).replace(path)

    with pytest.raises(KeysUnavailable):
        await tokens.verify(by_old)
    replace(jwks(old=old))
    assert await taken() == [True, False]
    replace(jwks(old=old, new=new))
    assert await taken() == [True, True]
    replace("{")
    assert await taken() == [True, True]
    replace(jwks(new=new))
    assert await taken() == [False, True]
