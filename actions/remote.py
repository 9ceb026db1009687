"""Foreign action servers: any rasa-sdk endpoint answers for actions we do not have ourselves.

The standard webhook is spoken: POST with next_action, sender_id, tracker and domain digest.
Only slots leave, never the conversation: no earlier messages, no events, and no secret slot.
The customer's present words leave only when the endpoint is set to receive them.

A foreign server promises no idempotency, so a lost answer to a change stays `unknown`: it is
neither sent again nor settled by asking.
Source: rasa-sdk 3.21, `endpoint.py` and `executor.py` (statuses 200, 400, 404, 449, 500).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import BaseModel, JsonValue, ValidationError

from actions.foreign import NOT_OFFERED
from actions.rasa_answer import result_of
from assistant.errors import BankOutcomeUnknown, BankUnavailable
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.ports import ActionRequest, ActionResult

logger = logging.getLogger(__name__)

_MISSING_DOMAIN: Final = 449
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)
_PROTOCOL: Final = "3.21.0"
"""Version of the webhook we speak; servers only compare major and minor, and only warn."""

_REJECTED: Final = ResponseKey("reason_action_rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One foreign action server.

    Attributes:
        url: Its webhook, e.g. `http://127.0.0.1:5055/webhook`.
        domain: Domain the server may ask for, in Rasa's form.
        timeout_s: Seconds until its silence counts as lost.
        sends_text: Whether the customer's present words may leave.
    """

    url: str
    domain: Mapping[str, Any] = field(default_factory=dict)
    timeout_s: float = 10.0
    sends_text: bool = False

    @property
    def domain_digest(self) -> str:
        """SHA-256 of the domain; a server that knows it needs no domain."""
        return hashlib.sha256(json.dumps(self.domain, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAction:
    """One action of a foreign server.

    Attributes:
        arguments: Slots the customer confirms and the key hashes; empty means all slots.
        is_change: Whether it changes money or data.
    """

    endpoint: Endpoint
    arguments: tuple[SlotName, ...] = ()
    is_change: bool = False


class _Answer(BaseModel):
    events: list[dict[str, JsonValue]] = []
    responses: list[dict[str, JsonValue]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteActions:
    """Calls foreign action servers.

    Attributes:
        table: Which server has which action.
        client: Connection pool; needed as soon as the table is not empty.
    """

    table: Mapping[ActionName, RemoteAction] = field(default_factory=dict)
    client: httpx.AsyncClient | None = None

    def knows(self, action: ActionName) -> bool:
        """Whether a foreign server has this action."""
        return action in self.table and self.client is not None

    def is_change(self, action: ActionName) -> bool:
        """Whether the deployment declared it a change."""
        known = self.table.get(action)
        return known is not None and known.is_change

    def arguments(self, action: ActionName) -> tuple[SlotName, ...]:
        """Declared arguments; empty means all slots."""
        known = self.table.get(action)
        return () if known is None else known.arguments

    async def run(
        self, request: ActionRequest, *, is_change: bool, secret_slots: frozenset[SlotName]
    ) -> ActionResult:
        """Ask the foreign server.

        Raises:
            BankUnavailable: Nothing was sent, or a read was not answered.
            BankOutcomeUnknown: A change was sent and not answered.
        """
        endpoint = self.table[request.action].endpoint
        body = _body(request, endpoint, secret_slots)
        answer = await self._post(endpoint, body, is_change=is_change)
        if answer.status_code == _MISSING_DOMAIN:
            body["domain"] = dict(endpoint.domain)
            answer = await self._post(endpoint, body, is_change=is_change)
        if answer.status_code == HTTPStatus.OK:
            return _result(answer, is_change=is_change)
        if answer.status_code == HTTPStatus.BAD_REQUEST:
            return ActionResult(outcome="refused", reason=_REJECTED)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            logger.error("A foreign action server does not have the action it is set up for.")
            return ActionResult(outcome="refused", reason=NOT_OFFERED)
        raise _lost(is_change=is_change)

    async def _post(
        self, endpoint: Endpoint, body: Mapping[str, Any], *, is_change: bool
    ) -> httpx.Response:
        if self.client is None:
            msg = "No connection pool for foreign action servers."
            raise BankUnavailable(msg)
        try:
            return await self.client.post(endpoint.url, json=body, timeout=endpoint.timeout_s)
        except _NOT_SENT as error:
            msg = "The foreign action server could not be reached."
            raise BankUnavailable(msg) from error
        except httpx.HTTPError as error:
            raise _lost(is_change=is_change) from error


def _lost(*, is_change: bool) -> BankOutcomeUnknown | BankUnavailable:
    msg = "The foreign action server did not answer."
    return BankOutcomeUnknown(msg) if is_change else BankUnavailable(msg)


def _body(
    request: ActionRequest, endpoint: Endpoint, secret_slots: frozenset[SlotName]
) -> dict[str, Any]:
    slots = {name: v for name, v in request.slots.items() if SlotName(name) not in secret_slots}
    text = request.text if endpoint.sends_text else ""
    return {
        "next_action": request.action,
        "sender_id": request.conversation_id,
        "version": _PROTOCOL,
        "domain_digest": endpoint.domain_digest,
        "tracker": {
            "sender_id": request.conversation_id,
            "slots": slots,
            "latest_message": {"text": text, "intent": {}, "entities": []},
            "latest_input_channel": request.channel,
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
    }


def _result(answer: httpx.Response, *, is_change: bool) -> ActionResult:
    try:
        parsed = _Answer.model_validate_json(answer.content)
    except ValidationError as error:
        raise _lost(is_change=is_change) from error
    return result_of(parsed.events, parsed.responses)
