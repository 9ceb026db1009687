"""What customers decide about themselves: preferences, their own notes, their data."""

import json
from typing import Literal

from pydantic import Field, JsonValue

from actions.bank.sandbox.categories import CATEGORIES
from actions.bank.sandbox.operations.base import ChangeBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.operations.orders import place_order, records_of
from actions.bank.sandbox.refusals import Refusal, Refused

FIXED = ("opening", "own_transfer", "credit_repayment", "loan_repayment")
"""Categories that say between which books money moved; rules rest on them."""


class PreferencesBody(ChangeBody):
    """What is given is changed. `quiet_hours` is "21:00-08:00", or "" for none."""

    language: Literal["zh-Hans", "zh-Hant", "en"] | None = None
    elder_mode: bool | None = None
    marketing_consent: bool | None = None
    quiet_hours: str | None = Field(default=None, pattern=r"^(\d\d:\d\d-\d\d:\d\d)?$")


class AnnotateBody(ChangeBody):
    """The customer's own words about an entry, or another category for it."""

    entry: str = Field(pattern=r"^E\d{8}$")
    note: str | None = Field(default=None, min_length=1, max_length=100)
    category: str | None = Field(default=None, max_length=64)


class PrivacyBody(ChangeBody):
    """A request about the customer's own data."""

    privacy_kind: Literal["export", "erase"]


def set_preferences(work: Work, body: PreferencesBody) -> Finished:
    """Change preferences; at least one must differ."""
    row = work.connection.execute(
        "SELECT preferences FROM customers WHERE customer_id = ?", (body.customer_id,)
    ).fetchone()
    before: dict[str, JsonValue] = json.loads(row["preferences"])
    wanted: dict[str, JsonValue] = {
        name: None if value == "" else value
        for name, value in body.model_dump(exclude={"customer_id"}).items()
        if value is not None
    }
    changed = {name: value for name, value in wanted.items() if before.get(name) != value}
    if not changed:
        raise Refused(Refusal.PREFERENCES_UNCHANGED)
    after = {**before, **changed}
    work.connection.execute(
        "UPDATE customers SET preferences = ? WHERE customer_id = ?",
        (json.dumps(after, ensure_ascii=False), body.customer_id),
    )
    effects = [
        Effect(
            entity="customer",
            id=body.customer_id,
            field=f"preferences.{name}",
            before=_text(before.get(name)),
            after=_text(value),
        )
        for name, value in changed.items()
    ]
    return Finished({**after, "changed": list(changed)}, tuple(effects))


def annotate_transaction(work: Work, body: AnnotateBody) -> Finished:
    """Write the customer's note or category at an entry; the books themselves stay."""
    row = work.connection.execute(
        "SELECT * FROM entries WHERE entry_id = ? AND customer_id = ?",
        (int(body.entry[1:]), body.customer_id),
    ).fetchone()
    if row is None:
        raise Refused(Refusal.TRANSACTION_NOT_FOUND)
    category = body.category or row["category"]
    if category != row["category"] and (
        category in FIXED or row["category"] in FIXED or category not in CATEGORIES
    ):
        raise Refused(Refusal.CATEGORY_FIXED)
    note = body.note or row["note"]
    work.connection.execute(
        "UPDATE entries SET note = ?, category = ? WHERE entry_id = ?",
        (note, category, row["entry_id"]),
    )
    effects = [
        Effect(entity="entry", id=body.entry, field=name, before=row[name], after=after)
        for name, after in (("note", note), ("category", category))
        if row[name] != after
    ]
    result = {
        "entry": body.entry,
        "note": note,
        "category": category,
        "category_name": CATEGORIES[category],
        "counterparty": row["counterparty"],
        "booked_on": row["booked_on"],
    }
    return Finished(result, tuple(effects))


def privacy_request(work: Work, body: PrivacyBody) -> Finished:
    """Order a copy of the customer's data, or its erasure."""
    for order in records_of(work, body.customer_id, "order", "privacy_request"):
        is_same = json.loads(order["details"])["privacy_kind"] == body.privacy_kind
        if is_same and order["status"] == "placed":
            raise Refused(Refusal.ORDER_OPEN)
    if body.privacy_kind == "erase" and is_unsettled(work, body.customer_id):
        raise Refused(Refusal.ERASURE_BLOCKED)
    details = {"privacy_kind": body.privacy_kind, "working_days": 15}
    return place_order(work, body.customer_id, "privacy_request", "placed", details)


def is_unsettled(work: Work, customer_id: str) -> bool:
    """Whether a loan, a card debt or a dispute keeps the data; document `privacy-requests`."""
    owed = work.connection.execute(
        "SELECT 1 FROM accounts WHERE customer_id = ? AND balance_fen < 0", (customer_id,)
    ).fetchone()
    disputed = work.connection.execute(
        "SELECT 1 FROM requests WHERE customer_id = ? AND record = 'case'"
        " AND kind = 'dispute_transaction' AND status = 'open'",
        (customer_id,),
    ).fetchone()
    return owed is not None or disputed is not None


def _text(value: JsonValue) -> str | None:
    return None if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


WISH_OPERATIONS = (
    Operation("set_preferences", PreferencesBody, set_preferences, "Change preferences"),
    Operation("annotate_transaction", AnnotateBody, annotate_transaction, "Note or category"),
    Operation("privacy_request", PrivacyBody, privacy_request, "Export or erase own data"),
)
