"""How sure we are who speaks: one ladder for every channel."""

from __future__ import annotations

from enum import IntEnum


class Assurance(IntEnum):
    """A level of assurance; a higher one includes the lower ones."""

    VISITOR = 0
    PHONE = 1
    REAL_NAME = 2
    BOUND_CARD = 3
    FULL = 4
