"""Business refusals: stable codes, each with one line for engineers.

The codes are part of the bank's API; approved wording for customers belongs to content.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the bank says no. The value is the `code` of the problem document."""

    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_NOT_ELIGIBLE = "account_not_eligible"
    ACCOUNT_NOT_FOUND = "account_not_found"
    ADDRESS_UNCHANGED = "address_unchanged"
    AMOUNT_ABOVE_DEBT = "amount_above_debt"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    APPLICANT_AGE = "applicant_age"
    APPOINTMENT_EXISTS = "appointment_exists"
    BILL_NOT_FOUND = "bill_not_found"
    BRANCH_CLOSED = "branch_closed"
    BRANCH_NOT_FOUND = "branch_not_found"
    CARD_ALREADY_ACTIVE = "card_already_active"
    CARD_ALREADY_LOCKED = "card_already_locked"
    CARD_INACTIVE = "card_inactive"
    CARD_LOCKED = "card_locked"
    CARD_LOST = "card_lost"
    CARD_NOT_FOUND = "card_not_found"
    CARD_NOT_LOCKED = "card_not_locked"
    CARD_NOT_LOST = "card_not_lost"
    CARD_PRODUCT_HELD = "card_product_held"
    CARD_REPLACED = "card_replaced"
    CATEGORY_FIXED = "category_fixed"
    COOL_OFF_ACTIVE = "cool_off_active"
    DISPUTE_EXISTS = "dispute_exists"
    DISPUTE_TOO_OLD = "dispute_too_old"
    ERASURE_BLOCKED = "erasure_blocked"
    INSTALMENT_EXISTS = "instalment_exists"
    INSTALMENT_TOO_LARGE = "instalment_too_large"
    INSTALMENT_TOO_LATE = "instalment_too_late"
    INSTALMENT_TOO_SMALL = "instalment_too_small"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    LIMIT_UNCHANGED = "limit_unchanged"
    NOT_A_PURCHASE = "not_a_purchase"
    NOTHING_OWED = "nothing_owed"
    ORDER_OPEN = "order_open"
    PAYEE_NOT_FOUND = "payee_not_found"
    PAYMENTS_ALREADY_HELD = "payments_already_held"
    PAYMENTS_HELD = "payments_held"
    PHONE_IN_USE = "phone_in_use"
    PHONE_UNCHANGED = "phone_unchanged"
    PREFERENCES_UNCHANGED = "preferences_unchanged"
    PRODUCT_NOT_FOUND = "product_not_found"
    REFUSED_BY_FAULT = "refused_by_fault"
    SAME_ACCOUNT = "same_account"
    TRANSACTION_NOT_FOUND = "transaction_not_found"
    TRANSFER_ALREADY_CANCELLED = "transfer_already_cancelled"
    TRANSFER_ALREADY_SENT = "transfer_already_sent"
    TRANSFER_DAILY_LIMIT = "transfer_daily_limit"
    TRANSFER_NIGHT_LIMIT = "transfer_night_limit"
    TRANSFER_NOT_FOUND = "transfer_not_found"
    TRANSFER_SINGLE_LIMIT = "transfer_single_limit"
    VISIT_NOT_FOUND = "visit_not_found"
    VISIT_TIME_INVALID = "visit_time_invalid"
    VISIT_TOO_CLOSE = "visit_too_close"


class Refused(Exception):  # noqa: N818 - a refusal is the bank's answer, not a fault
    """A business rule says no. Stored under the idempotency key and answered as 409.

    Attributes:
        refusal: The stable reason.
        detail: For engineers, without personal data; never shown to a customer.
    """

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.detail = _DETAILS[refusal]
        super().__init__(self.detail)


_DETAILS = {
    Refusal.ACCOUNT_FROZEN: "The account is frozen and sends nothing.",
    Refusal.ACCOUNT_NOT_ELIGIBLE: "This kind of account neither sends nor takes transfers.",
    Refusal.ACCOUNT_NOT_FOUND: "The customer has no such account.",
    Refusal.ADDRESS_UNCHANGED: "This is the mailing address already.",
    Refusal.AMOUNT_ABOVE_DEBT: "More than is owed.",
    Refusal.AMOUNT_NOT_POSITIVE: "The amount must be above zero.",
    Refusal.APPLICANT_AGE: "The applicant is outside the ages the card is for.",
    Refusal.APPOINTMENT_EXISTS: "There is an appointment for that time already.",
    Refusal.BILL_NOT_FOUND: "No such account at the company.",
    Refusal.BRANCH_CLOSED: "The branch is closed at that time.",
    Refusal.BRANCH_NOT_FOUND: "There is no such branch.",
    Refusal.CARD_ALREADY_ACTIVE: "The card was activated before.",
    Refusal.CARD_ALREADY_LOCKED: "The card is locked already.",
    Refusal.CARD_INACTIVE: "The card has not been activated.",
    Refusal.CARD_LOCKED: "The card of the account is locked.",
    Refusal.CARD_LOST: "The card is reported lost.",
    Refusal.CARD_NOT_FOUND: "The customer has no such card.",
    Refusal.CARD_NOT_LOCKED: "The card is not locked.",
    Refusal.CARD_NOT_LOST: "The card is not reported lost.",
    Refusal.CARD_PRODUCT_HELD: "The customer has this card, or has applied for it.",
    Refusal.CARD_REPLACED: "A new card has been ordered for this one; it stays lost.",
    Refusal.CATEGORY_FIXED: "Movements between own accounts keep their category.",
    Refusal.COOL_OFF_ACTIVE: "The mobile number changed less than 24 hours ago.",
    Refusal.DISPUTE_EXISTS: "The transaction is disputed already.",
    Refusal.DISPUTE_TOO_OLD: "The transaction is older than disputes may be.",
    Refusal.ERASURE_BLOCKED: "A loan, a card debt or an open dispute is not settled.",
    Refusal.INSTALMENT_EXISTS: "This bill or purchase is paid by instalments already.",
    Refusal.INSTALMENT_TOO_LARGE: "More than the part that may be paid by instalments.",
    Refusal.INSTALMENT_TOO_LATE: "The day for instalments of this bill has passed.",
    Refusal.INSTALMENT_TOO_SMALL: "Less than instalments begin at.",
    Refusal.INSUFFICIENT_FUNDS: "The balance is too low.",
    Refusal.LIMIT_EXCEEDED: "Above what the class of the account, or the bank, allows.",
    Refusal.LIMIT_UNCHANGED: "The card has this limit already.",
    Refusal.NOT_A_PURCHASE: "This entry is not a purchase with the credit card.",
    Refusal.NOTHING_OWED: "Nothing is owed on the card.",
    Refusal.ORDER_OPEN: "The same order is under way already.",
    Refusal.PAYEE_NOT_FOUND: "Neither a payee nor an account of the customer.",
    Refusal.PAYMENTS_ALREADY_HELD: "Outgoing payments are held already.",
    Refusal.PAYMENTS_HELD: "Outgoing payments are held at the customer's wish.",
    Refusal.PHONE_IN_USE: "Another customer has this number.",
    Refusal.PHONE_UNCHANGED: "This is the reserved number already.",
    Refusal.PREFERENCES_UNCHANGED: "These are the preferences already.",
    Refusal.PRODUCT_NOT_FOUND: "There is no such card to apply for.",
    Refusal.REFUSED_BY_FAULT: "Planned fault.",
    Refusal.SAME_ACCOUNT: "The two accounts are the same.",
    Refusal.TRANSACTION_NOT_FOUND: "The customer has no such entry.",
    Refusal.TRANSFER_ALREADY_CANCELLED: "The delayed transfer was called back before.",
    Refusal.TRANSFER_ALREADY_SENT: "The delayed transfer has gone out.",
    Refusal.TRANSFER_DAILY_LIMIT: "Above what may be sent in a day with a code alone.",
    Refusal.TRANSFER_NIGHT_LIMIT: "Above what one transfer may be at night.",
    Refusal.TRANSFER_NOT_FOUND: "The customer has no such delayed transfer.",
    Refusal.TRANSFER_SINGLE_LIMIT: "Above what one transfer may be with a code alone.",
    Refusal.VISIT_NOT_FOUND: "The customer has booked no such visit.",
    Refusal.VISIT_TIME_INVALID: "Not a half-hour of the next seven days.",
    Refusal.VISIT_TOO_CLOSE: "The visit begins in less than two hours.",
}
