"""The same actions as rasa-sdk `Action` classes, one for each entry of the table.

What a Rasa flow can read afterwards, as slots:

* `action_outcome`: done, refused or unknown; `action_reason`: the key of the approved wording;
* `action_facts`: an object with the values for responses (amounts, names, the reference);
* `action_step_up`: the missing proof as an object, or null;
* and every slot the action itself sets.

Responses (`utter_…`) are passed to the dispatcher with their facts as template variables.
Requests pass the same gateway, so nothing runs here that could not run in the assistant.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from pydantic import AwareDatetime, ConfigDict, ValidationError
from rasa_sdk import Action as RasaAction
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from assistant.model.assurance import Assurance
from assistant.model.frozen import Frozen
from assistant.model.ids import ActionName, ConversationId, CustomerId, FrameId, ResponseKey
from assistant.model.message import Locale
from assistant.ports import ActionGateway, ActionRequest, ActionResult, ActionSay, Proof

logger = logging.getLogger(__name__)

SESSION_SLOT: Final = "guitai_session"
_NO_EPOCH: Final = FrameId("")
_NOT_CONFIRMED: Final = ResponseKey("reason_not_confirmed")

is_trusted_caller: ContextVar[bool] = ContextVar("is_trusted_caller", default=False)
"""Whether the present request came with the shared secret; set by the server alone."""


class _PassedCode(Frozen):
    purpose: str | None = None
    target: str = "reserved"
    at: AwareDatetime


class RasaSession(Frozen):
    """The slot `guitai_session`, believed only from a caller with the shared secret.

    Attributes:
        assurance: 0 to 4, after decay; the caller answers for it.
        epoch: The caller's id of this attempt: repeated, it is the same change. Without one
            no change runs.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    customer_id: CustomerId | None = None
    assurance: Assurance = Assurance.VISITOR
    proofs: tuple[_PassedCode, ...] = ()
    confirmed_digest: str | None = None
    epoch: str | None = None
    locale: Locale = "zh-Hans"


@dataclass(frozen=True, slots=True)
class GatewayRun:
    """Runs one action for a Rasa tracker; callable as rasa-sdk expects."""

    gateway: ActionGateway
    action: ActionName

    async def __call__(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Run it, say what it wants said, and return its slots as events."""
        asked = request_of(self.action, tracker)
        if self.gateway.is_change(self.action) and asked.epoch == _NO_EPOCH:
            # Without an attempt's id a wish of today would be answered with yesterday's effect.
            result = ActionResult(outcome="refused", reason=_NOT_CONFIRMED)
        else:
            result = await self.gateway.run(asked)
        for say in result.says:
            _utter(dispatcher, say)
        return _slot_events(result)


def rasa_action(gateway: ActionGateway, name: ActionName) -> RasaAction:
    """Make the `Action` of one entry of the table."""
    run = GatewayRun(gateway, name)

    async def _run(
        _self: RasaAction, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        return await run(dispatcher, tracker, domain or {})

    members = {
        "name": lambda _self: name,
        "run": _run,
        "__doc__": f"The action `{name}`, through the gateway.",
        "__module__": __name__,
    }
    class_name = "".join(part.capitalize() for part in name.split("_"))
    made: RasaAction = type(class_name, (RasaAction,), members)()
    return made


def executor_for(gateway: ActionGateway, names: tuple[ActionName, ...]) -> ActionExecutor:
    """Rasa-sdk's own executor with one action for each name."""
    executor = ActionExecutor()
    for name in names:
        executor.register_action(rasa_action(gateway, name))
    return executor


def request_of(action: ActionName, tracker: Tracker) -> ActionRequest:
    """The tracker as a request. Without the shared secret the sender is a visitor."""
    session = _session(tracker) if is_trusted_caller.get() else RasaSession()
    slots = {
        name: value
        for name, value in tracker.slots.items()
        if value is not None and name != SESSION_SLOT and not name.startswith("action_")
    }
    return ActionRequest(
        action=action,
        conversation_id=ConversationId(tracker.sender_id),
        customer_id=session.customer_id,
        slots=slots,
        epoch=FrameId(session.epoch) if session.epoch else _NO_EPOCH,
        assurance=session.assurance,
        proofs=tuple(
            Proof(purpose=code.purpose, target=code.target, at=code.at) for code in session.proofs
        ),
        confirmed_digest=session.confirmed_digest,
        channel="rasa",
        locale=session.locale,
    )


def _session(tracker: Tracker) -> RasaSession:
    written = tracker.slots.get(SESSION_SLOT)
    try:
        return RasaSession.model_validate(written or {})
    except ValidationError:
        # The values are personal data; the caller's own log has them.
        logger.warning("The session slot cannot be read; the sender counts as a visitor.")
        return RasaSession()


def _utter(dispatcher: CollectingDispatcher, say: ActionSay) -> None:
    buttons = [{"title": button.title, "payload": button.payload} for button in say.buttons]
    own = {"text", "response", "buttons", "json_message", "image", "attachment", "elements"}
    facts = {name: value for name, value in say.facts.items() if name not in own | {"template"}}
    dispatcher.utter_message(
        text=say.text,
        response=say.response_key,
        buttons=buttons,
        json_message=dict(say.custom) or None,
        **facts,
    )


def _slot_events(result: ActionResult) -> list[dict[str, Any]]:
    step_up = None if result.step_up is None else result.step_up.model_dump(mode="json")
    told: dict[str, Any] = {
        "action_outcome": result.outcome,
        "action_reason": result.reason,
        "action_facts": dict(result.facts),
        "action_step_up": step_up,
    }
    return [SlotSet(name, value) for name, value in {**result.slots, **told}.items()]
