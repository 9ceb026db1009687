"""What the connector asks of the database it shares with the conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


class Database(Protocol):
    """Transactions, and sealing of what is personal; `channels.composition_wechat` provides it."""

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do the work in one database transaction; it may run several times.

        Raises:
            StoreUnavailable: Nothing was written.
        """
        ...

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Read in one database transaction.

        Raises:
            StoreUnavailable: The database did not answer.
        """
        ...

    def seal(self, text: str, place: str) -> str:
        """Text as a column keeps it: under the master key, for this place alone."""
        ...

    def unseal(self, sealed: str, place: str) -> str:
        """The text again.

        Raises:
            TranscriptDamaged: It was sealed for another place, or changed.
        """
        ...

    def pseudonyms(self, text: str) -> Sequence[str]:
        """Names that stand for an outside id and tell nothing about it; the present one first."""
        ...
