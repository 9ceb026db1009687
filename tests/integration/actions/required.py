"""What each task needs before it happens, as the bank's list of tasks has it.

Written down a second time on purpose, from the list and not from the policies: a policy that was
loosened by mistake differs from this table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RESERVED, NEW_NUMBER = "reserved", "phone"


@dataclass(frozen=True)
class Case:
    """One way a task may be asked for.

    Attributes:
        codes: Where a fresh one-time code must have gone, in this order.
        identity: Name and ID number must have been matched.
        review: A colleague must have approved.
        undo: How it can be taken back: `never`, `colleague`, or the task; "" for reads.
    """

    task: str
    level: int
    slots: dict = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    identity: bool = False
    review: bool = False
    name: str = ""
    undo: str = ""

    def __str__(self):
        return f"{self.task}-{self.name}" if self.name else self.task


def _paying(task: str, amount_slot: str, undo: str = "never", **slots: str) -> list[Case]:
    """Level 4; a code above 1,000 yuan."""
    return [
        Case(task, 4, {**slots, amount_slot: "1000"}, name="1000", undo=undo),
        Case(task, 4, {**slots, amount_slot: "1000.01"}, (RESERVED,), name="1000.01", undo=undo),
    ]


_CARD = {"card": "6688"}
_STORY = {"story": "…", "contact_phone": "13800001001"}

CASES = [
    Case("lock_card", 3, _CARD, undo="unlock_card"),
    Case("unlock_card", 3, _CARD, (RESERVED,), undo="lock_card"),
    Case("report_card_loss", 1, _CARD, identity=True, undo="cancel_loss_report"),
    Case("cancel_loss_report", 4, _CARD, review=True, undo="report_card_loss"),
    Case("replace_card", 3, {**_CARD, "replace_reason": "damaged"}, (RESERVED,), undo="never"),
    Case("activate_card", 3, _CARD, (RESERVED,), undo="lock_card"),
    Case("reset_card_pin", 3, _CARD, review=True, undo="never"),
    Case(
        "set_card_limit",
        4,
        {**_CARD, "card_limit": "50000.01"},
        (RESERVED,),
        name="raised",
        undo="set_card_limit",
    ),
    Case(
        "set_card_limit", 4, {**_CARD, "card_limit": "1000"}, name="lowered", undo="set_card_limit"
    ),
    Case(
        "update_phone",
        3,
        {"phone": "13900002001"},
        (RESERVED, NEW_NUMBER),
        name="old_at_hand",
        undo="update_phone",
    ),
    Case(
        "update_phone",
        3,
        {"phone": "13900002001", "old_phone": "lost"},
        (NEW_NUMBER,),
        review=True,
        name="old_lost",
        undo="update_phone",
    ),
    Case("update_address", 3, {"address": "…"}, (RESERVED,), undo="update_address"),
    Case("reset_ushield_password", 4, review=True, undo="never"),
    Case("check_balance", 3),
    Case("query_transactions", 3),
    Case("analyze_spending", 3),
    Case("annotate_transaction", 3, {"entry": "e", "note_text": "…"}, undo="annotate_transaction"),
    Case(
        "transfer_money", 4, {"payee": "known", "amount": "1000"}, name="known_1000", undo="never"
    ),
    Case(
        "transfer_money",
        4,
        {"payee": "known", "amount": "1000.01"},
        (RESERVED,),
        name="more",
        undo="never",
    ),
    Case("cancel_transfer", 3, {"delayed_transfer": "O-1"}, undo="transfer_money"),
    Case("hold_payments", 1, undo="colleague"),
    Case(
        "transfer_money",
        4,
        {"payee": "new", "amount": "0.01"},
        (RESERVED,),
        name="new_payee",
        undo="never",
    ),
    *_paying("pay_bill", "bill_amount", bill_kind="water", bill_account="1"),
    Case("credit_card_bill", 3),
    *_paying("repay_credit_card", "repay_amount", credit_card="9105"),
    Case(
        "credit_card_installment",
        4,
        {"credit_card": "9105", "instalment_amount": "600", "instalment_term": "12"},
        (RESERVED,),
        undo="colleague",
    ),
    Case("apply_credit_card", 2, {"card_product": "p"}, (RESERVED,), undo="colleague"),
    Case("open_time_deposit", 4, {"amount": "100"}, (RESERVED,)),
    Case("assess_risk_tolerance", 2),
    Case("buy_wealth_product", 4, {"product": "p", "amount": "100"}, (RESERVED,)),
    Case("redeem_wealth_product", 4, {"product": "p", "amount": "100"}, (RESERVED,)),
    Case("estimate_loan_quota", 2),
    Case("apply_loan", 4, {"amount": "100"}, (RESERVED,)),
    Case("query_loan", 3),
    *_paying("repay_loan", "repay_amount"),
    Case("query_points", 3),
    Case("redeem_points", 3, {"benefit": "b"}),
    Case("claim_coupon", 1),
    Case("book_branch", 0, {"branch": "b", "visit_day": "2026-12-01"}, undo="colleague"),
    Case("move_visit", 1, {"branch": "b", "visit_day": "2026-12-01"}, undo="colleague"),
    Case("merchant_sales", 3),
    Case("merchant_coupon", 3),
    Case("dispute_transaction", 3, {"entry": "e", "dispute_reason": "not_me"}, undo="colleague"),
    Case("report_scam", 0, {"story": "…"}, undo="colleague"),
    Case("file_complaint", 0, _STORY, undo="colleague"),
    Case("set_preferences", 1, {"pref_language": "en"}, undo="set_preferences"),
    Case("privacy_request", 3, {"privacy_kind": "access"}, name="access", undo="colleague"),
    Case("privacy_request", 3, {"privacy_kind": "erase"}, (RESERVED,), name="erase", undo="never"),
]
