"""The understander of a deployment: the local one, with a Rasa server or a language model if set.

language model ( Rasa server ( local ) )     each optional, each falls back to the one inside
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import httpx

from assistant.adapters.chat_model import open_model
from assistant.adapters.rasa_nlu import RasaUnderstander
from assistant.model.release import Release
from assistant.ports import Clock, Encoder, Understander
from assistant.understanding.llm import ModelUnderstander
from assistant.understanding.llm_offer import Shortlist
from assistant.understanding.local import LocalUnderstander
from channels.settings import Settings


@runtime_checkable
class HoldsConnections(Protocol):
    """An understander that speaks to a server."""

    async def aclose(self) -> None:
        """Give the connections back."""
        ...


async def let_go(understander: Understander) -> None:
    """Give back whatever connections an understander holds."""
    if isinstance(understander, HoldsConnections):
        await understander.aclose()
    if isinstance(understander, ModelUnderstander):
        await let_go(understander.local)


def with_servers(
    local: LocalUnderstander, settings: Settings, release: Release, encoder: Encoder, clock: Clock
) -> Understander:
    """Put the servers of the settings around the local understander.

    Args:
        local: Decides what rules decide, and everything when no server answers.
        settings: `rasa_*` and `llm*`.
        release: Its tasks are what a model may choose from.
        encoder: Finds the tasks a message may be about.
        clock: Measures.

    Raises:
        SettingsError: The language model cannot be opened.
    """
    inner: Understander = local
    if settings.rasa_url is not None:
        inner = RasaUnderstander(
            local=local,
            client=httpx.AsyncClient(trust_env=False),
            url=settings.rasa_url,
            token=settings.rasa_token.get_secret_value() if settings.rasa_token else None,
            timeout_s=settings.rasa_timeout_s,
        )
    if settings.llm is None:
        return inner
    model = open_model(
        settings.llm,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        budget_s=settings.llm_timeout_s,
    )
    return ModelUnderstander(
        local=inner,
        model=model,
        shortlist=Shortlist(encoder, release),
        today=local.today,
        clock=clock,
        most_calls=settings.llm_calls_per_conversation,
    )
