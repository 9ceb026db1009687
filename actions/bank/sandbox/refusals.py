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
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    CARD_ALREADY_ACTIVE = "card_already_active"
    CARD_ALREADY_LOCKED = "card_already_locked"
    CARD_INACTIVE = "card_inactive"
    CARD_LOCKED = "card_locked"
    CARD_LOST = "card_lost"
    CARD_NOT_FOUND = "card_not_found"
    CARD_NOT_LOCKED = "card_not_locked"
    CARD_NOT_LOST = "card_not_lost"
    CARD_REPLACED = "card_replaced"
    COOL_OFF_ACTIVE = "cool_off_active"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    LIMIT_UNCHANGED = "limit_unchanged"
    ORDER_OPEN = "order_open"
    PAYEE_NOT_FOUND = "payee_not_found"
    PHONE_IN_USE = "phone_in_use"
    PHONE_UNCHANGED = "phone_unchanged"
    REFUSED_BY_FAULT = "refused_by_fault"
    SAME_ACCOUNT = "same_account"


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
    Refusal.AMOUNT_NOT_POSITIVE: "The amount must be above zero.",
    Refusal.CARD_ALREADY_ACTIVE: "The card was activated before.",
    Refusal.CARD_ALREADY_LOCKED: "The card is locked already.",
    Refusal.CARD_INACTIVE: "The card has not been activated.",
    Refusal.CARD_LOCKED: "The card of the account is locked.",
    Refusal.CARD_LOST: "The card is reported lost.",
    Refusal.CARD_NOT_FOUND: "The customer has no such card.",
    Refusal.CARD_NOT_LOCKED: "The card is not locked.",
    Refusal.CARD_NOT_LOST: "The card is not reported lost.",
    Refusal.CARD_REPLACED: "A new card has been ordered for this one; it stays lost.",
    Refusal.COOL_OFF_ACTIVE: "The mobile number changed less than 24 hours ago.",
    Refusal.INSUFFICIENT_FUNDS: "The balance is too low.",
    Refusal.LIMIT_EXCEEDED: "Above what the class of the account, or the bank, allows.",
    Refusal.LIMIT_UNCHANGED: "The card has this limit already.",
    Refusal.ORDER_OPEN: "The same order is under way already.",
    Refusal.PAYEE_NOT_FOUND: "Neither a payee nor an account of the customer.",
    Refusal.PHONE_IN_USE: "Another customer has this number.",
    Refusal.PHONE_UNCHANGED: "This is the reserved number already.",
    Refusal.REFUSED_BY_FAULT: "Planned fault.",
    Refusal.SAME_ACCOUNT: "The two accounts are the same.",
}
