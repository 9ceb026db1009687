"""Settings that are safe at home and not in the street."""

import pytest

from channels.composition_doctor import examine
from channels.exposure import exposures
from channels.settings import Settings

SAFE = {
    "host": "0.0.0.0",  # noqa: S104 - read, not bound
    "bank_url": "https://bank.example",
    "jwt_issuer": "https://id.bank.example",
    "jwt_keys": "https://id.bank.example/jwks.json",
    "allowed_hosts": "assistant.bank.example",
    "allowed_origins": "https://bank.example",
    "messages_per_minute": 60,
    "master_key": "0" * 64,
    "roots_key": "1" * 64,
    "receipts_key": "2" * 64,
}


def found(tmp_path, **changed):
    settings = Settings(_env_file=None, data_dir=tmp_path, **{**SAFE, **changed})
    return [each.fix for each in exposures(settings)]


def test_a_machine_of_ones_own_is_left_in_peace(tmp_path):
    assert exposures(Settings(_env_file=None, data_dir=tmp_path)) == []


def test_a_deployment_that_is_set_up_has_nothing_to_mend(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"sandbox": True, "jwt_keys": "s" * 32}, "GUITAI_SANDBOX"),
        ({"jwt_keys": None}, "GUITAI_JWT_KEYS"),
        ({"jwt_issuer": "guitai-sandbox"}, "GUITAI_JWT_ISSUER"),
        ({"jwt_issuer": "http://id.bank.example"}, "GUITAI_JWT_ISSUER"),
        ({"jwt_keys": "http://id.bank.example/jwks.json"}, "GUITAI_JWT_KEYS"),
        ({"allowed_hosts": ""}, "GUITAI_ALLOWED_HOSTS"),
        ({"allowed_origins": "http://bank.example"}, "GUITAI_ALLOWED_ORIGINS"),
        ({"allow_missing_origin": True}, "GUITAI_ALLOW_MISSING_ORIGIN"),
        ({"messages_per_minute": 12_000}, "GUITAI_MESSAGES_PER_MINUTE"),
        ({"bank_url": "http://10.0.0.3:8100"}, "GUITAI_BANK_URL"),
        ({"master_key": None}, "GUITAI_MASTER_KEY"),
        ({"roots_key": None}, "GUITAI_ROOTS_KEY"),
        ({"receipts_key": None}, "GUITAI_RECEIPTS_KEY"),
    ],
    ids=str,
)
def test_each_unsafe_setting_is_named(tmp_path, changed, named):
    (fix,) = found(tmp_path, **changed)
    assert named in fix


def test_the_doctor_warns_and_shows_no_secret(tmp_path):
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        **{**SAFE, "jwt_keys": "a-secret-of-at-least-32-bytes-xx", "allowed_hosts": ""},
    )
    seen = next(examine(settings))
    assert (seen.name, seen.state) == ("exposed", "warning")
    assert "GUITAI_ALLOWED_HOSTS" in seen.fix
    assert "a-secret" not in repr(seen)
