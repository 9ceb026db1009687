"""Settings: defaults that work together, and refusals that say why."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.settings import Settings


def read(**values):
    return Settings(_env_file=None, **values)


def test_the_defaults_are_the_sandbox_in_the_data_folder(tmp_path):
    settings = read(data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/guitai.db"
    assert settings.bank_url == "http://127.0.0.1:8100"
    assert settings.sandbox is True
    assert (settings.content_dir / "documents").is_dir()


def test_the_sandbox_follows_its_port():
    settings = read(sandbox_port=8391)
    assert (settings.bank_url, settings.sandbox) == ("http://127.0.0.1:8391", True)


def test_another_bank_turns_sandbox_sign_in_off():
    assert read(bank_url="https://bank.example").sandbox is False


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("GUITAI_PORT", "9000")
    monkeypatch.setenv("GUITAI_ALLOWED_ORIGINS", "https://a.example/, https://b.example")
    settings = read()
    assert settings.port == 9000
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_a_relative_data_folder_is_of_the_folder_started_in(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert read(data_dir="here").data_dir == Path(tmp_path, "here")


@pytest.mark.parametrize(
    "wrong",
    [
        {"jwt_keys": "short"},
        {"jwt_keys": "https://bank.example/jwks.json", "sandbox": True},
        {"port": 70_000},
        {"bank_timeout_s": 0},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        read(**wrong)


def test_a_refused_secret_is_not_repeated():
    with pytest.raises(ValidationError) as refused:
        read(jwt_keys="short-secret")
    assert "short-secret" not in str(refused.value)


def test_every_setting_is_described():
    assert all(field.description for field in Settings.model_fields.values())
