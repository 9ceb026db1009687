"""From the bank's answer to a change to what the customer can be told about it.

Every change is built here, so that an answer heard at once and the same answer found again by
reconciliation lead to the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from actions.bank.port import BankApi, OperationResult
from actions.registry import Action, ActionContext, Circumstances
from assistant.errors import BankUnavailable
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, SlotName
from assistant.ports import ActionResult

ToArguments = Callable[[ActionContext], dict[str, JsonValue]]
ToFacts = Callable[[Mapping[str, JsonValue]], Facts]


def change(
    name: str,
    arguments: tuple[SlotName, ...],
    to_bank: ToArguments,
    to_facts: ToFacts,
    *,
    optional: tuple[SlotName, ...] = (),
    circumstances: Circumstances | None = None,
) -> Action:
    """Declare a change that is one operation of the bank.

    Args:
        name: Name of the action and of the bank's operation.
        arguments: Slots it needs.
        to_bank: Body of the operation, without the customer.
        to_facts: From the operation's `result` to facts; reference and instant are added.
        optional: Slots it takes when they are filled.
        circumstances: Facts that the conditions of one-time codes may ask about.
    """
    action = ActionName(name)

    def report(answer: OperationResult) -> ActionResult:
        facts: Facts = {
            **to_facts(answer.result),
            "reference": answer.reference,
            "at": answer.at.isoformat(),
            "is_sandbox": answer.is_sandbox,
        }
        return ActionResult(outcome="done", facts=facts, receipt_id=answer.reference)

    async def run(bank: BankApi, context: ActionContext) -> ActionResult:
        body = to_bank(context)
        if context.key is None:
            msg = "A change needs an idempotency key; nothing was sent."
            raise BankUnavailable(msg)
        answer = await bank.operation(action, context.customer(), body, context.key)
        return report(answer)

    return Action(
        name=action,
        arguments=arguments,
        is_change=True,
        run=run,
        report=report,
        optional=optional,
        circumstances=circumstances,
    )
