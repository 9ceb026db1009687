"""What the bank says, at the time it was due, about something done earlier.

Each answers `skip` when there is nothing to tell any more, and is refused while it is not so far:
then it is asked again a little later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from actions.bank.port import BankApi
from actions.registry import Action, ActionContext
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, ResponseKey
from assistant.model.undo import instant_of
from assistant.ports import ActionResult

_NOT_YET: Final = ResponseKey("reason_not_yet")
_SENT, _DELAYED = "sent", "delayed"


async def _delayed_transfer(bank: BankApi, context: ActionContext) -> ActionResult:
    """Gone out, called back, or kept longer because payments are held."""
    order = await bank.record(context.required("order_id"))
    if order is not None and order.status == _DELAYED:
        raise BankRefused(_NOT_YET)
    return ActionResult(outcome="done", skip=order is None or order.status != _SENT)


async def _cool_off(bank: BankApi, context: ActionContext) -> ActionResult:
    until = (await bank.profile(context.customer())).transfer_cool_off_until
    return _ended(until, context, "transfer_cool_off_until")


async def _hold(bank: BankApi, context: ActionContext) -> ActionResult:
    until = (await bank.profile(context.customer())).payments_held_until
    return _ended(until, context, "payments_held_until")


def _ended(until: datetime | None, context: ActionContext, name: str) -> ActionResult:
    """A later change has put it off: that one has a wake-up of its own."""
    due = instant_of(context.slots.get(name))
    return ActionResult(outcome="done", skip=until is not None and due is not None and until > due)


WAKE_ACTIONS: Final[Sequence[Action]] = tuple(
    Action(name=ActionName(f"wake_{name}"), run=run, level=Assurance.VISITOR)
    for name, run in (
        ("transfer_money", _delayed_transfer),
        ("update_phone", _cool_off),
        ("hold_payments", _hold),
    )
)
