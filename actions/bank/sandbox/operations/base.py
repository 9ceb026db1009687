"""What one change of the bank is: a typed body and a function that carries it out."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Last4 = Field(pattern=r"^\d{4}$", description="Last four digits of the card.", examples=["6688"])


class ChangeBody(BaseModel):
    """Fields every change has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_id: str = Field(min_length=1, max_length=64, examples=["C1001"])


NOBODY = ""
"""Stands for the customer in what somebody did who is not signed in."""


class VisitorBody(ChangeBody):
    """A change that needs no customer: a complaint, a report of a scam, a visit."""

    customer_id: str = Field(default=NOBODY, max_length=64, examples=["C1001"])


class CardBody(ChangeBody):
    """A change of one of the customer's cards."""

    card: str = Last4


class Effect(BaseModel):
    """One field the change altered, for the journal.

    Attributes:
        entity: `card`, `account`, `customer`, …
        id: Which one.
        before: Value before, as text; money in yuan.
        after: Value after.
    """

    entity: str
    id: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """What a change works with, inside one database transaction.

    Attributes:
        now: The bank's time, aware.
        reference: Receipt reference the change will have.
        is_hour_told: Whether rules that depend on the hour hold, see `CoreBank`.
    """

    connection: sqlite3.Connection
    now: datetime
    reference: str
    is_hour_told: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A change carried out."""

    result: Mapping[str, JsonValue] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()


Body = TypeVar("Body", bound=ChangeBody)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Body]):
    """One change the bank offers.

    Attributes:
        name: Flow id; also the name faults use.
        body: Model of the request.
        run: Carries it out; raises `Refused` when a business rule says no, after which
            nothing it did remains.
        summary: One line for the API's documentation.
    """

    name: str
    body: type[Body]
    run: Callable[[Work, Body], Finished]
    summary: str
