"""The script recognisers answer in, brought to one: Simplified Chinese, NFKC."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC


def simplified(text: str) -> str:
    """A recognised text in Simplified Chinese, without white space around it."""
    return unicodedata.normalize("NFKC", _converter().convert(text)).strip()


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")
