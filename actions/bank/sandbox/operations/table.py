"""Every change the sandbox offers. A new one is a function and a line here."""

from collections.abc import Mapping
from typing import Any

from actions.bank.sandbox.operations.base import Operation
from actions.bank.sandbox.operations.bills import BILL_OPERATIONS
from actions.bank.sandbox.operations.card_applications import APPLICATION_OPERATIONS
from actions.bank.sandbox.operations.cards import CARD_OPERATIONS
from actions.bank.sandbox.operations.cases import CASE_OPERATIONS
from actions.bank.sandbox.operations.contact import CONTACT_OPERATIONS
from actions.bank.sandbox.operations.credit import CREDIT_OPERATIONS
from actions.bank.sandbox.operations.delayed import DELAYED_OPERATIONS
from actions.bank.sandbox.operations.order_changes import ORDER_OPERATIONS
from actions.bank.sandbox.operations.payments import PAYMENT_OPERATIONS
from actions.bank.sandbox.operations.visits import VISIT_OPERATIONS
from actions.bank.sandbox.operations.wishes import WISH_OPERATIONS

# Any: each operation has its own body type, and the table holds them all.
OPERATIONS: Mapping[str, Operation[Any]] = {
    operation.name: operation
    for operation in (
        *CARD_OPERATIONS,
        *CONTACT_OPERATIONS,
        *ORDER_OPERATIONS,
        *PAYMENT_OPERATIONS,
        *DELAYED_OPERATIONS,
        *BILL_OPERATIONS,
        *CREDIT_OPERATIONS,
        *APPLICATION_OPERATIONS,
        *CASE_OPERATIONS,
        *VISIT_OPERATIONS,
        *WISH_OPERATIONS,
    )
}
