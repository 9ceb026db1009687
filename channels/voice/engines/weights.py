"""The numbers of a model file of CTranslate2, by name, without loading what is not asked for.

Layout (CTranslate2's `ModelSpec.save`, binary version 6): version; name and revision of the kind of
model; number of variables; for each its name, dimensions, type, size in bytes and numbers.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

_VERSION: Final = 6
_TYPES: Final = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2"}


def read(file: Path) -> dict[str, NDArray[Any]]:
    """Every variable of a file as a view of it; each is in memory while it is used, no longer.

    Raises:
        ValueError: The file is of another version.
    """
    with file.open("rb") as opened:
        version = _number(opened, "I")
        if version != _VERSION:
            msg = f"{file.name}: version {version}, not {_VERSION}"
            raise ValueError(msg)
        _text(opened)
        _number(opened, "I")
        return dict(_variable(opened, file) for _ in range(_number(opened, "I")))


def _number(opened: BinaryIO, form: str) -> int:
    return int(struct.unpack("<" + form, opened.read(struct.calcsize("<" + form)))[0])


def _text(opened: BinaryIO) -> str:
    return opened.read(_number(opened, "H"))[:-1].decode()


def _variable(opened: BinaryIO, file: Path) -> tuple[str, NDArray[Any]]:
    name = _text(opened)
    shape = tuple(_number(opened, "I") for _ in range(_number(opened, "B")))
    kind, size = _TYPES[_number(opened, "B")], _number(opened, "I")
    at = opened.tell()
    opened.seek(size, 1)
    return name, np.memmap(file, kind, "r", at, shape or (1,))
