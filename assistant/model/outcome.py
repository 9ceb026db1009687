"""How an action ended: three words, and no fourth."""

from __future__ import annotations

from typing import Final, Literal

from assistant.model.ids import ResponseKey

Outcome = Literal["done", "refused", "unknown"]
"""done: the bank did it. refused: it will not happen. unknown: sent, not answered."""

HALF_DONE: Final = ResponseKey("reason_half_done")
"""Reason of an `unknown` that no asking will settle: part of a task stands and could not be taken
back, so a colleague has to look at it."""
