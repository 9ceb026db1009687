"""What an action is: one bank capability, declared in a table, never a path of its own.

The gateway alone runs actions. An action therefore checks nothing about who speaks: level,
codes, confirmation and "only once" have all been settled before `run` is called.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import JsonValue

from actions.bank.port import BankApi, OperationResult
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, CustomerId, IdempotencyKey, ResponseKey, SlotName
from assistant.model.message import Locale
from assistant.ports import ActionResult

_NO_CUSTOMER = ResponseKey("reason_customer_unknown")
_INCOMPLETE = ResponseKey("reason_incomplete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One change of a task that consists of several.

    Attributes:
        place: Where it stands in the task; with the task's key it gives the part's own.
        action: The change.
        slots: Its arguments.
        is_undo: It takes another part back: that is never too late.
    """

    place: str
    action: Action
    slots: Mapping[str, JsonValue]
    is_undo: bool = False


Perform = Callable[[Part], Awaitable[ActionResult]]
"""Carries out one part under its own key, at most once; its end is in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionContext:
    """What an action may know about the request.

    Attributes:
        slots: Slots of the conversation; arguments are in canonical form.
        today: The bank's day.
        said: The customer's words of this turn, for reading which of the bank's things they
            name; no part of what is confirmed.
        key: Idempotency key of a change; None for a read.
        relations: Relation ("妈妈") to the words customers use for it, from the lexicon.
        perform: Carries out the parts of a task; None outside of one.
    """

    customer_id: CustomerId | None
    slots: Mapping[str, JsonValue]
    today: date
    key: IdempotencyKey | None = None
    locale: Locale = "zh-Hans"
    said: str = ""
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    perform: Perform | None = None

    def customer(self) -> CustomerId:
        """The customer.

        Raises:
            BankRefused: Nobody is signed in.
        """
        if self.customer_id is None:
            raise BankRefused(_NO_CUSTOMER)
        return self.customer_id

    def text(self, slot: str) -> str | None:
        """The slot's value as trimmed text, None when it is empty."""
        value = self.slots.get(slot)
        if value is None or isinstance(value, bool | dict | list):
            return None
        return str(value).strip() or None

    def required(self, slot: str) -> str:
        """The slot's value as text.

        Raises:
            BankRefused: It is empty; the bank was not asked.
        """
        value = self.text(slot)
        if value is None:
            raise BankRefused(_INCOMPLETE)
        return value


Run = Callable[[BankApi, ActionContext], Awaitable[ActionResult]]
Circumstances = Callable[[BankApi, ActionContext], Awaitable[Facts]]
Obstacle = Callable[[BankApi, ActionContext], Awaitable[ResponseKey | None]]
Report = Callable[[OperationResult], ActionResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One bank capability.

    Attributes:
        arguments: Slots it needs; they are what the customer confirms and what the key hashes.
        optional: Slots it takes when they are filled; hashed as well.
        is_change: Whether it changes money or data. A change runs only under a bank policy.
        level: Least assurance when the content has no policy for a read; CAPABILITIES.
        run: Carries it out; raises Bank* errors.
        circumstances: Facts that the conditions of one-time codes may ask about.
        obstacle: Why the bank would refuse; asked before the customer has said yes, so that
            nobody is asked for a yes or sent a code for what cannot be done.
        report: Turns the bank's stored answer into a result, for changes found again later.
        has_parts: It is made of several changes; the bank knows nothing by the key of the whole,
            so what was left unknown is carried on instead of asked about.
    """

    name: ActionName
    run: Run
    arguments: tuple[SlotName, ...] = ()
    optional: tuple[SlotName, ...] = ()
    is_change: bool = False
    level: Assurance = Assurance.BOUND_CARD
    circumstances: Circumstances | None = None
    obstacle: Obstacle | None = None
    report: Report | None = None
    has_parts: bool = False


def slot_names(*names: str) -> tuple[SlotName, ...]:
    """Names as slot names."""
    return tuple(SlotName(name) for name in names)
