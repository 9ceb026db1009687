"""Changes of how the bank reaches a customer: mobile number, mailing address."""

from datetime import timedelta

from pydantic import Field

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.operations.base import ChangeBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.refusals import Refusal, Refused

PHONE_PATTERN = r"^1[3-9]\d{9}$"
"""Mobile numbers of mainland China: eleven digits, second digit 3 to 9."""

TRANSFER_COOL_OFF = timedelta(hours=24)
"""No transfers for this long after the number that gets one-time codes changed."""


class UpdatePhoneBody(ChangeBody):
    """The new reserved mobile number."""

    new_phone: str = Field(pattern=PHONE_PATTERN, examples=["13900002001"])


class UpdateAddressBody(ChangeBody):
    """The new mailing address, in one line."""

    address: str = Field(min_length=5, max_length=200)


def update_phone(work: Work, body: UpdatePhoneBody) -> Finished:
    """Change the reserved number and start the cool-off for transfers."""
    before = _current(work, body.customer_id, "phone")
    if before == body.new_phone:
        raise Refused(Refusal.PHONE_UNCHANGED)
    taken = work.connection.execute(
        "SELECT 1 FROM customers WHERE phone = ?", (body.new_phone,)
    ).fetchone()
    if taken:
        raise Refused(Refusal.PHONE_IN_USE)
    until = to_iso(work.now + TRANSFER_COOL_OFF)
    work.connection.execute(
        "UPDATE customers SET phone = ?, transfer_cool_off_until = ? WHERE customer_id = ?",
        (body.new_phone, until, body.customer_id),
    )
    effect = _effect(body.customer_id, "phone", before, body.new_phone)
    return Finished({"phone": body.new_phone, "transfer_cool_off_until": until}, (effect,))


def update_address(work: Work, body: UpdateAddressBody) -> Finished:
    """Change the mailing address."""
    before = _current(work, body.customer_id, "address")
    address = body.address.strip()
    if before == address:
        raise Refused(Refusal.ADDRESS_UNCHANGED)
    work.connection.execute(
        "UPDATE customers SET address = ? WHERE customer_id = ?", (address, body.customer_id)
    )
    effect = _effect(body.customer_id, "address", before, address)
    return Finished({"address": address}, (effect,))


def _current(work: Work, customer_id: str, field: str) -> str:
    row = work.connection.execute(
        "SELECT phone, address FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()
    return str(row[field])


def _effect(customer_id: str, field: str, before: str, after: str) -> Effect:
    return Effect(entity="customer", id=customer_id, field=field, before=before, after=after)


CONTACT_OPERATIONS = (
    Operation("update_phone", UpdatePhoneBody, update_phone, "Change the reserved mobile number"),
    Operation("update_address", UpdateAddressBody, update_address, "Change the mailing address"),
)
