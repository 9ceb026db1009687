"""What the actions say and fill by name, so that a pack's check knows what is in use.

A wording that is named here and nowhere else in the pack is used; one that is named nowhere is
not. A test reads the modules of the actions and holds this table to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.catalogue import ACTIONS

SAID: Final[Mapping[str, tuple[str, ...]]] = {
    "action_ask_bill_kind": ("utter_ask_bill_kind",),
    "action_ask_branch": ("utter_ask_branch",),
    "action_ask_card": ("utter_ask_card",),
    "action_ask_credit_card": ("utter_ask_credit_card",),
    "action_ask_entry": ("utter_ask_entry",),
    "action_ask_from_account": ("utter_ask_from_account",),
    "action_ask_payee": ("utter_ask_payee",),
    "validate_address": ("utter_address_invalid", "utter_address_unchanged"),
    "validate_amount": ("utter_amount_invalid",),
    "validate_bill_account": ("utter_bill_account_unknown", "utter_phone_invalid"),
    "validate_bill_amount": ("utter_amount_invalid",),
    "validate_branch": ("utter_branch_unknown",),
    "validate_card": ("utter_card_not_found",),
    "validate_card_limit": (
        "utter_card_limit_invalid",
        "utter_card_limit_too_high",
        "utter_card_limit_unchanged",
    ),
    "validate_card_product": (
        "utter_applicant_age_choose",
        "utter_card_product_held_choose",
        "utter_product_not_found_choose",
    ),
    "validate_contact_phone": ("utter_phone_invalid",),
    "validate_credit_card": ("utter_credit_card_unknown",),
    "validate_entry": ("utter_entry_not_found",),
    "validate_from_account": ("utter_from_account_is_payee", "utter_from_account_unknown"),
    "validate_instalment_amount": (
        "utter_amount_invalid",
        "utter_instalment_too_large",
        "utter_instalment_too_small",
    ),
    "validate_payee": ("utter_payee_ambiguous", "utter_payee_unknown"),
    "validate_phone": ("utter_phone_invalid", "utter_phone_unchanged"),
    "validate_repay_amount": (
        "utter_amount_invalid",
        "utter_minimum_paid",
        "utter_repay_too_much",
    ),
    "validate_story": ("utter_story_too_short",),
    "validate_visit_day": ("utter_visit_day_invalid",),
    "validate_visit_time": ("utter_visit_time_vague",),
    "validate_wish": ("utter_wish_unclear",),
}
"""Action to the responses it names."""

FILLED: Final[Mapping[str, tuple[str, ...]]] = {
    "validate_credit_card": ("entry_account",),
    "prefill_credit_card": ("entry_account",),
    "action_ask_entry": ("entries_named",),
}
"""Action to slots it fills that are the argument of none."""

SAID_BY_ACTIONS: Final = frozenset(key for keys in SAID.values() for key in keys)
READ_BY_ACTIONS: Final = frozenset(
    str(slot)
    for action in ACTIONS.values()
    for slot in (*action.arguments, *action.optional, *FILLED.get(action.name, ()))
)
