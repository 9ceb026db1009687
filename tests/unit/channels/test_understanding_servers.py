"""Which understander a deployment gets from its settings."""

import pytest

from assistant.adapters.rasa_nlu import RasaUnderstander
from assistant.errors import SettingsError
from assistant.understanding.llm import ModelUnderstander
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from channels.composition_understanding import let_go, with_servers
from channels.settings import Settings
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import RELEASE
from tests.unit.understanding.test_llm import HalfSure, Letters

LOCAL = LocalUnderstander(HalfSure(), Thresholds(), lambda: TODAY)
MODEL = {"llm": "openai:m", "llm_base_url": "http://127.0.0.1:9/v1"}
RASA = {"rasa_url": "http://127.0.0.1:9", "rasa_token": "t"}


def surrounded(clock, **values):
    settings = Settings(_env_file=None, **values)
    return with_servers(settings, RELEASE, Letters())(LOCAL, clock)


def test_without_settings_it_is_the_local_one(clock):
    assert surrounded(clock) is LOCAL


async def test_a_model_stands_around_rasa_and_rasa_around_the_local_one(clock):
    outer = surrounded(clock, llm_timeout_s=1.5, llm_sure=0.7, **MODEL, **RASA)
    assert isinstance(outer, ModelUnderstander)
    assert isinstance(outer.local, RasaUnderstander)
    assert outer.local.local is LOCAL
    assert (outer.model.name, outer.model.budget_s, outer.sure) == ("openai:m", 1.5, 0.7)
    await let_go(outer)
    assert outer.local.client.is_closed
    assert outer.model.connections.is_closed


async def test_keys_and_tokens_are_not_in_what_is_printed(clock):
    outer = surrounded(
        clock, llm_api_key="sk-secret-key", **MODEL, rasa_url="http://r", rasa_token="tok-secret"
    )
    assert "sk-secret-key" not in repr(outer)
    assert "tok-secret" not in repr(outer)
    await let_go(outer)


def test_a_model_that_cannot_be_opened_is_a_wrong_setting(clock):
    with pytest.raises(SettingsError, match="GUITAI_LLM"):
        surrounded(clock, llm="no-vendor")


async def test_letting_go_of_the_local_one_does_nothing():
    await let_go(LOCAL)
