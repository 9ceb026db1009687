"""Every action of the assistant, in one table. A new one is a new entry in its module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.accounts import ACCOUNT_ACTIONS
from actions.bills import BILL_ACTIONS
from actions.card_applications import APPLICATION_ACTIONS
from actions.card_changes import CARD_CHANGES
from actions.cards import CARD_ACTIONS
from actions.cases import CASE_ACTIONS
from actions.credit_cards import CREDIT_CARD_ACTIONS
from actions.delayed import DELAYED_ACTIONS
from actions.entries import ENTRY_ACTIONS
from actions.payments import PAYMENT_ACTIONS
from actions.preferences import PREFERENCE_ACTIONS
from actions.profile import PROFILE_ACTIONS
from actions.registry import Action
from actions.risk.contact import RISK_ACTIONS
from actions.spending import SPENDING_ACTIONS
from actions.visits import VISIT_ACTIONS
from actions.wakes import WAKE_ACTIONS
from assistant.model.ids import ActionName

ACTIONS: Final[Mapping[ActionName, Action]] = {
    action.name: action
    for action in (
        *CARD_ACTIONS,
        *CARD_CHANGES,
        *PROFILE_ACTIONS,
        *ACCOUNT_ACTIONS,
        *PAYMENT_ACTIONS,
        *DELAYED_ACTIONS,
        *ENTRY_ACTIONS,
        *SPENDING_ACTIONS,
        *BILL_ACTIONS,
        *CREDIT_CARD_ACTIONS,
        *APPLICATION_ACTIONS,
        *CASE_ACTIONS,
        *VISIT_ACTIONS,
        *PREFERENCE_ACTIONS,
        *RISK_ACTIONS,
        *WAKE_ACTIONS,
    )
}
