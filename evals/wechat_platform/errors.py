"""An API call that is refused."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """`errcode` and `errmsg`; the platform adds a request id to the words."""

    def __init__(self, code: int, words: str) -> None:
        """Keep both."""
        super().__init__(f"{code} {words}")
        self.code, self.words = code, words

    def as_json(self, rid: str) -> dict[str, Any]:
        """As the platform answers."""
        return {"errcode": self.code, "errmsg": f"{self.words} rid: {rid}"}
