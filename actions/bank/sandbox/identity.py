"""Does everything somebody says about themselves belong to one customer?"""

import sqlite3

from pydantic import BaseModel, ConfigDict, Field


class IdentityFactors(BaseModel):
    """What was said. At least one factor besides `customer_id`.

    Attributes:
        card_number: Whole number of a card.
        card_last4: Last four digits of a card, weaker than its number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_id: str | None = Field(default=None, max_length=64)
    phone: str | None = Field(default=None, pattern=r"^\d{5,20}$")
    name: str | None = Field(default=None, min_length=1, max_length=60)
    id_number: str | None = Field(default=None, pattern=r"^\d{17}[\dXx]$")
    card_number: str | None = Field(default=None, pattern=r"^\d{12,19}$")
    card_last4: str | None = Field(default=None, pattern=r"^\d{4}$")

    @property
    def prove_anything(self) -> bool:
        """Whether there is a factor besides the customer's id."""
        return any((self.phone, self.name, self.id_number, self.card_number, self.card_last4))


_MATCH = """
SELECT customer_id FROM customers AS c
WHERE (:customer_id IS NULL OR c.customer_id = :customer_id)
  AND (:phone IS NULL OR c.phone = :phone)
  AND (:name IS NULL OR c.name = :name)
  AND (:id_number IS NULL OR c.id_number = upper(:id_number))
  AND (:card_number IS NULL OR EXISTS (
        SELECT 1 FROM cards AS k
        WHERE k.customer_id = c.customer_id AND k.number = :card_number))
  AND (:card_last4 IS NULL OR EXISTS (
        SELECT 1 FROM cards AS k
        WHERE k.customer_id = c.customer_id AND k.last4 = :card_last4))
LIMIT 2
"""


def match_identity(connection: sqlite3.Connection, factors: IdentityFactors) -> str | None:
    """The one customer all factors belong to; None when there is none, or more than one."""
    rows = connection.execute(_MATCH, factors.model_dump()).fetchall()
    return str(rows[0]["customer_id"]) if len(rows) == 1 else None
