"""The base of every value that crosses a boundary: immutable, closed to unknown fields."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue

Facts: TypeAlias = dict[str, JsonValue]
"""Values for the placeholders of a response: strings, numbers, booleans, lists and objects."""


class Frozen(BaseModel):
    """An immutable value; an unknown field is an error, so a typo never disappears."""

    model_config = ConfigDict(frozen=True, extra="forbid")
