"""Bytes of a text file to text: UTF-8 first, then what Chinese offices still save."""

from __future__ import annotations

import codecs
from typing import Final

from charset_normalizer import from_bytes

from assistant.errors import ContentError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES: Final = ["gb18030", "big5", "cp1252"]
_SAMPLE: Final = 65_536


def decoded(data: bytes) -> str:
    """The text of a file.

    Raises:
        ContentError: It is no text, or in an encoding that is not recognised.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _in(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(data, error.start)
    if "\x00" in text:
        msg = "not a text file: it holds zero bytes"
        raise ContentError((msg,))
    return text


def _in(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        msg = f"byte {error.start} is not {encoding}; save the file as UTF-8"
        raise ContentError((msg,)) from error


def _guessed(data: bytes, bad: int) -> str:
    found = None if b"\x00" in data else from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    if found is not None and found.encoding in _CANDIDATES:
        try:
            return data.decode(found.encoding)
        except UnicodeDecodeError:
            pass  # the part beyond the sample is of another kind: said below
    msg = f"byte {bad} is not UTF-8, and no other encoding fits; save the file as UTF-8"
    raise ContentError((msg,))
