"""Every action of the assistant, in one table. A new one is a new entry in its module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.accounts import ACCOUNT_ACTIONS
from actions.card_changes import CARD_CHANGES
from actions.cards import CARD_ACTIONS
from actions.payments import PAYMENT_ACTIONS
from actions.profile import PROFILE_ACTIONS
from actions.registry import Action
from assistant.model.ids import ActionName

ACTIONS: Final[Mapping[ActionName, Action]] = {
    action.name: action
    for action in (
        *CARD_ACTIONS,
        *CARD_CHANGES,
        *PROFILE_ACTIONS,
        *ACCOUNT_ACTIONS,
        *PAYMENT_ACTIONS,
    )
}
