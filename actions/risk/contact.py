"""Somebody the customer trusts: family they have sent money to before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.bank.port import BankApi
from actions.registry import Action, ActionContext
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName
from assistant.ports import ActionResult

_FAMILY: Final = frozenset(
    [
        "女儿",
        "儿子",
        "妈妈",
        "爸爸",
        "爸妈",
        "老公",
        "老婆",
        "老伴",
        "孙女",
        "孙子",
        "姐姐",
        "妹妹",
        "哥哥",
        "弟弟",
        "爷爷",
        "奶奶",
        "外公",
        "外婆",
    ]
)
"""Canonical relations of the lexicon that are family."""


async def _find(bank: BankApi, context: ActionContext) -> ActionResult:
    payees = await bank.payees(context.customer())
    for payee in payees:
        if payee.used_before and _is_family(payee.note, context.relations):
            return ActionResult(
                outcome="done",
                facts={"contact_name": payee.name, "contact_note": payee.note},
            )
    return ActionResult(outcome="done")


def _is_family(note: str, relations: Mapping[str, tuple[str, ...]]) -> bool:
    return note in _FAMILY or any(note in relations.get(name, ()) for name in _FAMILY)


RISK_ACTIONS: Final = (
    Action(
        name=ActionName("find_trusted_contact"),
        run=_find,
        level=Assurance.REAL_NAME,
    ),
)
