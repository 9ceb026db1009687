"""From the bank's answer to a change to what the customer can be told about it.

Every change is built here, so that an answer heard at once and the same answer found again by
reconciliation lead to the same facts. An answer heard at once is verified: what the change is
said to have done is read back, and a bank that shows something else has not confirmed it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from actions.bank.port import BankApi, OperationResult
from actions.registry import Action, ActionContext, Circumstances, Obstacle
from assistant.errors import BankRefused, BankUnavailable
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, SlotName
from assistant.model.message import Locale
from assistant.model.money import Money
from assistant.ports import ActionResult

ToArguments = Callable[[ActionContext], dict[str, JsonValue]]
ToFacts = Callable[[Mapping[str, JsonValue]], Facts]
Verify = Callable[[BankApi, ActionContext, Mapping[str, JsonValue]], Awaitable[bool]]
"""Whether the bank's records show what its answer (`result`) says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What is asked of the bank around a change.

    Attributes:
        circumstances: Facts that the conditions of one-time codes and reviews may ask about.
        obstacle: Why the bank would refuse, as far as its records tell beforehand.
        verify: Reads back what was done. Records that do not show it leave the outcome
            unknown, to be settled by asking; records that cannot be read leave it done.
        for_visitors: Whether somebody who is not signed in may do it.
        locale: Language the conversation goes on in, from what the bank did.
        slots: Slots to set from what the bank did.
    """

    circumstances: Circumstances | None = None
    obstacle: Obstacle | None = None
    verify: Verify | None = None
    for_visitors: bool = False
    locale: Callable[[Mapping[str, JsonValue]], Locale | None] | None = None
    slots: ToFacts | None = None


_NO_CHECKS: Final = Checks()


async def record_is_there(bank: BankApi, _: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    """Whether the order, case or appointment the bank says it made is among its records."""
    names = ("order_id", "case_id", "appointment_id")
    record_id = next((result[name] for name in names if name in result), None)
    found = await bank.record(str(record_id))
    return found is not None and found.status == result.get("status")


def record_facts(result: Mapping[str, JsonValue]) -> Facts:
    """Everything the bank says about a record, but which kind of task it was."""
    return {name: value for name, value in result.items() if name != "kind"}


def money_facts(amount: Money) -> dict[str, JsonValue]:
    """An amount as responses show it."""
    return dict(amount.as_json())


def change(
    name: str,
    arguments: tuple[SlotName, ...],
    to_bank: ToArguments,
    to_facts: ToFacts,
    *,
    optional: tuple[SlotName, ...] = (),
    checks: Checks = _NO_CHECKS,
) -> Action:
    """Declare a change that is one operation of the bank.

    Args:
        name: Name of the action and of the bank's operation.
        arguments: Slots it needs.
        to_bank: Body of the operation, without the customer.
        to_facts: From the operation's `result` to facts; reference and instant are added.
        optional: Slots it takes when they are filled.
        checks: What is asked of the bank around it.
    """
    action = ActionName(name)

    def report(answer: OperationResult) -> ActionResult:
        facts: Facts = {
            **to_facts(answer.result),
            "reference": answer.reference,
            "at": answer.at.isoformat(),
            "is_sandbox": answer.is_sandbox,
        }
        locale = checks.locale(answer.result) if checks.locale is not None else None
        slots = dict(checks.slots(answer.result)) if checks.slots is not None else {}
        return ActionResult(
            outcome="done", facts=facts, slots=slots, receipt_id=answer.reference, locale=locale
        )

    async def run(bank: BankApi, context: ActionContext) -> ActionResult:
        body = to_bank(context)
        if context.key is None:
            msg = "A change needs an idempotency key; nothing was sent."
            raise BankUnavailable(msg)
        customer_id = context.customer_id if checks.for_visitors else context.customer()
        answer = await bank.operation(action, customer_id, body, context.key)
        result = report(answer)
        if checks.verify is None:
            return result
        try:
            held = await checks.verify(bank, context, answer.result)
        except (BankUnavailable, BankRefused):
            return result  # the bank's own receipt stands; its records could not be read
        return result if held else ActionResult(outcome="unknown")

    return Action(
        name=action,
        arguments=arguments,
        is_change=True,
        run=run,
        report=report,
        optional=optional,
        circumstances=checks.circumstances,
        obstacle=checks.obstacle,
    )
