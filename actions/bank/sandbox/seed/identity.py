"""Numbers that pass the checks real ones pass, for people who do not exist.

Sources: GB 11643-1999 (citizen identity number: area, birth date, serial, ISO 7064
MOD 11-2 check character); ISO/IEC 7812-1 annex B (Luhn check digit of a card number).
"""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CARD_PREFIX = "62999800"
"""Begins like a UnionPay card; the sample bank's own, not taken from a real issuer's list."""
_FREE_DIGIT = 14
"""Position, counted from the left and from 0, of the digit chosen to make Luhn hold."""
_TEN = 10
_NINE = 9


def id_number(area: str, birth_date: date, serial: int) -> str:
    """Make an identity number.

    Args:
        area: Six digits of the county of first registration (GB/T 2260).
        birth_date: Digits 7 to 14.
        serial: Three-digit sequence of that day; odd for men, even for women.
    """
    body = f"{area}{birth_date:%Y%m%d}{serial:03d}"
    return body + _check_character(body)


def is_id_number(text: str) -> bool:
    """Whether the check character of an 18-character identity number holds."""
    return text[:-1].isdigit() and text[-1] == _check_character(text[:-1])


def card_number(owner: int, last4: str) -> str:
    """Make a 19-digit card number that ends in `last4` and satisfies Luhn.

    Args:
        owner: Distinguishes cards, below 10**6.
        last4: The last four digits.
    """
    digits = list(f"{_CARD_PREFIX}{owner:06d}00000"[:15] + last4)
    for free in "0123456789":
        digits[_FREE_DIGIT] = free
        number = "".join(digits)
        if is_card_number(number):
            return number
    msg = "One of ten values of a digit always satisfies Luhn."
    raise AssertionError(msg)


def is_card_number(text: str) -> bool:
    """Whether the digits satisfy Luhn."""
    total = 0
    for place, character in enumerate(reversed(text)):
        digit = int(character) * (1 + place % 2)
        total += digit - _NINE if digit > _NINE else digit
    return total % _TEN == 0


def _check_character(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % len(_CHECKS)]
