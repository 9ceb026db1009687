"""A value found in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One value.

    Attributes:
        kind: amount, card, phone, code, payee, date_range, id_number, card_number, name.
        value: Canonical form, e.g. "500.00", "6688", "2026-10-01/2026-10-31".
        start: First character of the words in the normalised text.
        end: After the last one.
        core: Where the value itself stands, without the words that announce it ("尾号"); None
            when that is all of it.
    """

    kind: str
    value: str
    start: int
    end: int
    core: tuple[int, int] | None = None

    @property
    def said(self) -> tuple[int, int]:
        """The place to quote."""
        return self.core or (self.start, self.end)
