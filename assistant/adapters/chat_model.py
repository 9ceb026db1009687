"""Any chat model LangChain knows, behind the port ChatModel.

`openai:…` with an address of its own reaches whatever speaks OpenAI's protocol: DashScope, vLLM,
Ollama, a bank's gateway. Other vendors need their LangChain package installed beside ours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic import JsonValue

from assistant.errors import SettingsError
from assistant.ports import ModelUnavailable, Proposal

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_LOG = logging.getLogger(__name__)
_LONGEST_ANSWER: Final = 300
"""Tokens of an answer; four commands take about a hundred."""
_FAILURES: Final = 3
_RESTING: Final = "resting"
_REST_S: Final = 30.0
"""After so many failures in a row the model is left alone for so long: no customer waits for it."""


@dataclass(slots=True, kw_only=True)
class LangChainModel:
    """Implements the port ChatModel.

    Attributes:
        name: LangChain's id of the model.
        budget_s: Longest wait for an answer, seconds.
        connections: Client that holds the connections, where the vendor's class takes one.
    """

    name: str
    chat: BaseChatModel
    budget_s: float
    connections: httpx.AsyncClient | None = field(default=None, repr=False)
    failures: int = 0
    rests_until_s: float = 0.0

    async def propose(
        self, instructions: str, material: str, schema: Mapping[str, JsonValue]
    ) -> Proposal:
        """See the port."""
        loop = asyncio.get_running_loop()
        if loop.time() < self.rests_until_s:
            raise ModelUnavailable(_RESTING)
        asking = asyncio.create_task(self._ask(instructions, material, dict(schema)))
        try:
            await asyncio.wait({asking}, timeout=self.budget_s)
            done = asking.done()
        finally:
            asking.cancel()
        # Each vendor's client raises errors of its own, so the task is asked how it ended.
        error = asking.exception() if done and not asking.cancelled() else None
        if done and error is None:
            self.failures = 0
            return asking.result()
        self._note_failure(loop.time())
        kind = type(error).__name__ if error else "TimeoutError"
        _LOG.warning("The language model gave no answer.", extra={"error": kind})
        raise ModelUnavailable("error" if error else "timeout")

    async def aclose(self) -> None:
        """See the port."""
        if self.connections is not None:
            await self.connections.aclose()

    async def _ask(
        self, instructions: str, material: str, schema: dict[str, JsonValue]
    ) -> Proposal:
        structured = self.chat.with_structured_output(
            schema, method="function_calling", include_raw=True
        )
        messages = [("system", instructions), ("human", material)]
        answer: Any = await structured.ainvoke(messages)
        usage = getattr(answer["raw"], "usage_metadata", None) or {}
        return Proposal(
            arguments=answer["parsed"],
            input_tokens=usage.get("input_tokens"),
            output_tokens=usage.get("output_tokens"),
        )

    def _note_failure(self, now_s: float) -> None:
        self.failures += 1
        if self.failures >= _FAILURES:
            self.failures, self.rests_until_s = 0, now_s + _REST_S


def open_model(
    name: str, *, base_url: str | None, api_key: str | None, budget_s: float
) -> LangChainModel:
    """Make the client of a model; nothing is sent yet.

    Args:
        name: LangChain's id, `vendor:model`.
        base_url: Address of the API, when it is not the vendor's own.
        api_key: Key of the API; a model in the bank's own network may need none.
        budget_s: Longest wait for an answer, seconds.

    Raises:
        SettingsError: LangChain does not know the vendor, or its package is missing.
    """
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 - seconds to load, often unset
    from openai import OpenAIError  # noqa: PLC0415 - the same

    more: dict[str, Any] = {}
    connections: httpx.AsyncClient | None = None
    if base_url is not None:
        more["base_url"] = base_url
    if api_key is not None or base_url is not None:
        more["api_key"] = api_key or "none"
    if name.startswith("openai:"):
        connections = more["http_async_client"] = httpx.AsyncClient(timeout=budget_s)
    try:
        chat = init_chat_model(
            name,
            temperature=0,
            max_tokens=_LONGEST_ANSWER,
            max_retries=0,
            timeout=budget_s,
            **more,
        )
    except (ImportError, ValueError, OpenAIError) as error:
        msg = (
            f"GUITAI_LLM `{name}` cannot be opened ({type(error).__name__}): write `vendor:model`, "
            "install the vendor's LangChain package, and give a key or an address."
        )
        raise SettingsError(msg) from error
    return LangChainModel(name=name, chat=chat, budget_s=budget_s, connections=connections)
