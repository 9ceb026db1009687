"""Cases: a transaction that is disputed, a scam, a complaint; and holding payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.history import TransactionQuery
from actions.bank.port import BankApi
from actions.profile import read_mobile
from actions.receipts import Checks, change, record_facts, record_is_there
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.money import MoneyError
from assistant.ports import ActionResult, ActionSay

_STORY: Final = SlotName("story")
_CONTACT: Final = SlotName("contact_phone")
_BANK_ZONE: Final = timezone(timedelta(hours=8), "CST")
_SHORTEST_STORY: Final = 2
_LONGEST_STORY: Final = 1000
_DISPUTE_DAYS: Final = timedelta(days=60)
"""As long as a transaction may be disputed (document `dispute-transactions`)."""


async def _validate_story(_: BankApi, context: ActionContext) -> ActionResult:
    story = context.text(_STORY)
    if story is None:
        return ActionResult(outcome="done")
    if len(story) < _SHORTEST_STORY:
        say = ActionSay(response_key=ResponseKey("utter_story_too_short"))
        return ActionResult(outcome="done", slots={_STORY: None}, says=(say,))
    return ActionResult(outcome="done", slots={_STORY: story[:_LONGEST_STORY]})


async def _prefill_contact(bank: BankApi, context: ActionContext) -> ActionResult:
    """Somebody who is signed in is reached at the reserved number."""
    if context.customer_id is None:
        return ActionResult(outcome="done")
    phone = (await bank.profile(context.customer_id)).phone
    return ActionResult(outcome="done", slots={_CONTACT: phone})


async def _validate_contact(_: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_CONTACT)
    if text is None:
        return ActionResult(outcome="done")
    phone = read_mobile(text)
    if phone is None:
        say = ActionSay(response_key=ResponseKey("utter_phone_invalid"))
        return ActionResult(outcome="done", slots={_CONTACT: None}, says=(say,))
    return ActionResult(outcome="done", slots={_CONTACT: phone})


async def _dispute_obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
    page = await bank.transactions(
        context.customer(), TransactionQuery(entry_id=context.required("entry"), limit=1)
    )
    if not page.items:
        return ResponseKey("reason_transaction_not_found")
    if context.today - page.items[0].booked_on > _DISPUTE_DAYS:
        return ResponseKey("reason_dispute_too_old")
    return None


async def _is_held(bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    until = (await bank.profile(context.customer())).payments_held_until
    return until is not None and until.isoformat().replace("+00:00", "Z") == result.get(
        "payments_held_until"
    )


def _dispute_body(context: ActionContext) -> dict[str, JsonValue]:
    return {
        "entry": context.required("entry"),
        "dispute_reason": context.required("dispute_reason"),
    }


def _scam_body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "story": context.text(_STORY) or "",
        "phone": context.text(_CONTACT),
    }
    try:
        return {**body, "amount": read_amount(context.slots.get("amount")).plain()}
    except MoneyError:
        return body


def _complaint_body(context: ActionContext) -> dict[str, JsonValue]:
    phone = context.text(_CONTACT)
    if phone is None:
        raise BankRefused(ResponseKey("reason_incomplete"))
    return {"story": context.required(_STORY), "phone": phone}


def _no_body(_: ActionContext) -> dict[str, JsonValue]:
    return {}


def _hold_facts(result: Mapping[str, JsonValue]) -> Facts:
    until = datetime.fromisoformat(str(result.get("payments_held_until")))
    return {"payments_held_until": f"{until.astimezone(_BANK_ZONE):%Y-%m-%d %H:%M}"}


CASE_ACTIONS: Final[Sequence[Action]] = (
    change(
        "dispute_transaction",
        slot_names("entry", "dispute_reason"),
        _dispute_body,
        record_facts,
        checks=Checks(obstacle=_dispute_obstacle, verify=record_is_there),
    ),
    change(
        "report_scam",
        (),
        _scam_body,
        record_facts,
        optional=slot_names("story", "amount", "contact_phone"),
        checks=Checks(verify=record_is_there, for_visitors=True),
    ),
    change(
        "file_complaint",
        slot_names("story", "contact_phone"),
        _complaint_body,
        record_facts,
        checks=Checks(verify=record_is_there, for_visitors=True),
    ),
    change("hold_payments", (), _no_body, _hold_facts, checks=Checks(verify=_is_held)),
    Action(name=ActionName("validate_story"), run=_validate_story, level=Assurance.VISITOR),
    Action(name=ActionName("prefill_contact_phone"), run=_prefill_contact, level=Assurance.VISITOR),
    Action(
        name=ActionName("validate_contact_phone"), run=_validate_contact, level=Assurance.VISITOR
    ),
)
