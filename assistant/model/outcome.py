"""How an action ended: three words, and no fourth."""

from __future__ import annotations

from typing import Literal

Outcome = Literal["done", "refused", "unknown"]
"""done: the bank did it. refused: it will not happen. unknown: sent, not answered."""
