"""Amounts that bound a search: "500以上", "超过一千", "100到200之间", "over 500", "below 100"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.understanding.values.amount import before_amount, find_amounts
from assistant.understanding.values.found import Found

_LEAST_BEFORE = re.compile(
    r"(?:(?<!不)超过|(?<!不)大于|(?<!不)高于|多于|不少于|不低于|至少|over|above|more than"
    r"|at least|from)\s*[¥￥]?$"
)
_LEAST_AFTER = re.compile(
    r"\s*(?:元|块|块钱)?\s*(?:以上|及以上|往上|起)|\s*(?:yuan )?(?:or more|and above|plus)"
)
_MOST_BEFORE = re.compile(
    r"(?:少于|小于|低于|不超过|不到|至多|最多|under|below|less than|at most|up to)\s*[¥￥]?$"
)
_MOST_AFTER = re.compile(
    r"\s*(?:元|块|块钱)?\s*(?:以下|以内|之内|及以下)|\s*(?:yuan )?or (?:less|below)"
)
_BETWEEN = re.compile(r"\s*(?:元|块|块钱|yuan)?\s*(?:到|至|~|-|和|与|and|to)\s*[¥￥]?")
_BETWEEN_AFTER = re.compile(r"\s*(?:元|块|块钱|yuan)?\s*(?:之间|的|$)")


def find_bounds(text: str) -> Iterator[Found]:
    """Bounds in a normalised text: `amount_from` and `amount_to`, both included."""
    amounts = list(find_amounts(text, bare=True))
    for place, amount in enumerate(amounts):
        following = amounts[place + 1] if place + 1 < len(amounts) else None
        if following is not None and _spans(text, amount, following):
            yield Found("amount_from", amount.value, amount.start, amount.end)
            yield Found("amount_to", following.value, following.start, following.end)
            return
        before = before_amount(text, amount.start)
        if _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(text, amount.end):
            yield Found("amount_from", amount.value, amount.start, amount.end)
        elif _MOST_BEFORE.search(before) or _MOST_AFTER.match(text, amount.end):
            yield Found("amount_to", amount.value, amount.start, amount.end)


def _spans(text: str, one: Found, other: Found) -> bool:
    """Whether two amounts stand as "100到200之间"."""
    between = text[one.end : other.start]
    return (
        _BETWEEN.fullmatch(between) is not None
        and _BETWEEN_AFTER.match(text, other.end) is not None
    )
