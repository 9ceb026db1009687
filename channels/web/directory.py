"""Names of customers, asked of the core bank: for the desk and for signing in as a sample."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx
from pydantic import Field, TypeAdapter, ValidationError

from assistant.errors import BankUnavailable
from assistant.model.frozen import Frozen
from assistant.model.ids import CustomerId

SAMPLE_CUSTOMERS: Final[tuple[CustomerId, ...]] = tuple(
    CustomerId(f"C{number}") for number in range(1001, 1007)
)
"""The sample bank's customers, as its seed and its documentation name them."""

_KEPT: Final = 10_000


class Person(Frozen, extra="ignore"):
    """What the channel may know of a customer.

    Attributes:
        segment: The bank's own name of the group the customer belongs to.
    """

    customer_id: CustomerId
    name: str
    birth_date: date
    segment: str
    editions: tuple[str, ...] = Field(default=())

    def described(self, today: date) -> str:
        """Age, segment and editions, for whoever picks a sample customer."""
        born = self.birth_date
        birthday_to_come = (today.month, today.day) < (born.month, born.day)
        age = today.year - born.year - birthday_to_come
        return " · ".join([str(age), self.segment, *self.editions])


_PERSON: Final = TypeAdapter(Person)


@dataclass(slots=True)
class Directory:
    """Looks customers up at the core bank.

    Attributes:
        bank: A client whose base address is the core bank's.
    """

    bank: httpx.AsyncClient
    _names: dict[CustomerId, str] = field(default_factory=dict)

    async def find(self, customer_id: CustomerId) -> Person | None:
        """The customer; None when the bank has no such customer.

        Raises:
            BankUnavailable: The bank gave no answer that can be read.
        """
        try:
            answer = await self.bank.get(f"/customers/{quote(customer_id, safe='')}/profile")
            if answer.status_code == HTTPStatus.NOT_FOUND:
                return None
            answer.raise_for_status()
            return _PERSON.validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise BankUnavailable from error

    async def find_all(self, customer_ids: Sequence[CustomerId]) -> list[Person]:
        """The customers the bank has, in the order given.

        Raises:
            BankUnavailable: The bank gave no answer that can be read.
        """
        found = await asyncio.gather(*(self.find(each) for each in customer_ids))
        return [person for person in found if person is not None]

    async def name_of(self, customer_id: CustomerId) -> str:
        """The customer's name; the id itself while the bank does not say."""
        if customer_id not in self._names:
            try:
                person = await self.find(customer_id)
            except BankUnavailable:
                person = None
            if person is None:
                return customer_id
            if len(self._names) >= _KEPT:
                self._names.clear()
            self._names[customer_id] = person.name
        return self._names[customer_id]
