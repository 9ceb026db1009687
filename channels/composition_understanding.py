"""The understander of a deployment: the local one, with a Rasa server or a language model if set.

language model ( Rasa server ( local ) )     each optional, each falls back to the one inside
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import httpx

from assistant.adapters.chat_model import open_model
from assistant.adapters.rasa_nlu import RasaUnderstander
from assistant.model.release import Release
from assistant.ports import ChatModel, Clock, Encoder, Understander
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


def local_of(understander: Understander) -> LocalUnderstander:
    """The local understander inside whatever servers surround it.

    Raises:
        TypeError: There is none.
    """
    match understander:
        case LocalUnderstander():
            return understander
        case ModelUnderstander() | RasaUnderstander():
            return local_of(understander.local)
        case _:
            msg = f"{type(understander).__name__} holds no local understander."
            raise TypeError(msg)


def with_servers(
    settings: Settings, release: Release, encoder: Encoder
) -> Callable[[LocalUnderstander, Clock], Understander]:
    """What puts the servers of the settings around a local understander.

    Args:
        settings: `rasa_*` and `llm*`.
        release: Its tasks are what a model may choose from.
        encoder: Finds the tasks a message may be about.

    Returns:
        Called for each running assistant; raises SettingsError when the model cannot be opened.
    """
    shortlist = Shortlist(encoder, release) if settings.llm else None

    def surround(local: LocalUnderstander, clock: Clock) -> Understander:
        inner = _with_rasa(local, settings)
        if settings.llm is None or shortlist is None:
            return inner
        return ModelUnderstander(
            local=inner,
            model=_model(settings.llm, settings),
            shortlist=shortlist,
            today=local.today,
            clock=clock,
            sure=settings.llm_sure,
            most_calls=settings.llm_calls_per_conversation,
        )

    return surround


def phrasing_model(settings: Settings) -> ChatModel | None:
    """The model that may phrase answers; None when the settings name or allow none.

    Raises:
        SettingsError: The model cannot be opened.
    """
    if settings.llm is None or not settings.llm_phrases:
        return None
    return _model(settings.llm, settings)


def _model(name: str, settings: Settings) -> ChatModel:
    key = settings.llm_api_key
    return open_model(
        name,
        base_url=settings.llm_base_url,
        api_key=key.get_secret_value() if key else None,
        budget_s=settings.llm_timeout_s,
    )


def _with_rasa(local: LocalUnderstander, settings: Settings) -> Understander:
    if settings.rasa_url is None:
        return local
    return RasaUnderstander(
        local=local,
        client=httpx.AsyncClient(trust_env=False),
        url=settings.rasa_url,
        token=settings.rasa_token.get_secret_value() if settings.rasa_token else None,
        timeout_s=settings.rasa_timeout_s,
    )
