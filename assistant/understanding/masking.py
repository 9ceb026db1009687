"""A message without personal data, for whoever outside the bank reads it.

Card, phone and identity numbers, payees' names, e-mail addresses, what follows the word for a
password or code, and every other run of four digits or more give way to placeholders such as
`[CARD_1]`. Only this process knows what a placeholder stands for. Amounts below four digits, and
what nobody can find by its form (a street, a surname in free text), stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from assistant.model.numerals import spoken_digits
from assistant.model.release import Lexicon
from assistant.understanding.normalise import Normalised
from assistant.understanding.values.extract import Wanted, extract

_PERSONAL = ("id_number", "card_number", "phone", "card", "payee")
_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+")
_SECRET = re.compile(
    r"(?:密码|口令|验证码|校验码|动态码|\bpin\b|password|passcode|\bcode\b|\botp\b)"
    r"[\s是为:：=的]*(?:is\s+)?(?P<secret>[a-z0-9!@#$%^&*_-]{3,})"
)
_MAY_BE_AMOUNT = frozenset({"CARD", "NUMBER"})
_AMOUNT = re.compile(
    r"(?<![\d.,-])\d(?:[\d,]{0,8}\d)?(?:\.\d{1,4})?\s?(?=[万亿千百]?(?:元|块|美元|美金|美刀|欧元|英镑|日元"
    r"|港币|港元|澳元|人民币|角|分(?!行|之|期)|积分|usd|cny|rmb|eur|gbp|hkd|jpy|dollars?|yuan|euros?)"
    r"|[万亿])"
)
"""A number with a unit of money behind it, shorter than any number of a person."""
_DIGITS = re.compile(r"\d(?:[\s,.\-]{0,2}\d){3,}")


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked message.

    Attributes:
        originals: Placeholder to the words it stands for, normalised.
    """

    text: str
    originals: Mapping[str, str]


def mask(
    message: Normalised, lexicon: Lexicon, today: date, *, keep_amounts: bool = False
) -> Masked:
    """Put placeholders for everything personal that has a form.

    Args:
        message: Normalised message.
        lexicon: Its words for relations ("妈妈") name nobody and stay.
        today: The bank's day.
        keep_amounts: Whether a number with its unit ("1000美元", "5000元") stays, for readers to
            whom the question is worth nothing without it; a number that could be a card's, a
            mobile's or a person's never does.
    """
    parts: list[str] = []
    originals: dict[str, str] = {}
    counts: Counter[str] = Counter()
    at = 0
    for start, end, label in _regions(message, lexicon, today, keep_amounts=keep_amounts):
        counts[label] += 1
        placeholder = f"[{label}_{counts[label]}]"
        originals[placeholder] = message.text[start:end]
        parts += [message.text[at:start], placeholder]
        at = end
    return Masked("".join((*parts, message.text[at:])), originals)


def _regions(
    message: Normalised, lexicon: Lexicon, today: date, *, keep_amounts: bool
) -> Iterator[tuple[int, int, str]]:
    """What has to go, in the order of the text, without overlaps."""
    end = 0
    candidates = [*_secrets(message.text), *_values(message, lexicon, today), *_runs(message.text)]
    if keep_amounts:
        amounts = [match.span() for match in _AMOUNT.finditer(message.text)]
        candidates = [
            each
            for each in candidates
            if each[2] not in _MAY_BE_AMOUNT
            or not any(start <= each[0] and each[1] <= end for start, end in amounts)
        ]
    # Of two that begin at the same character the longer hides more.
    for region in sorted(candidates, key=lambda each: (each[0], -each[1])):
        start = max(region[0], end)
        if start < region[1]:
            yield start, region[1], region[2]
            end = region[1]


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _SECRET.finditer(text):
        yield match.start("secret"), match.end("secret"), "SECRET"


def _values(message: Normalised, lexicon: Lexicon, today: date) -> Iterator[tuple[int, int, str]]:
    nobody = {*lexicon.relations, *(word for words in lexicon.relations.values() for word in words)}
    for found in extract(message, Wanted(None, False, today), lexicon):
        if found.kind not in _PERSONAL or (found.kind == "payee" and found.value in nobody):
            continue
        if found.kind != "card" or _DIGIT.search(found.value):
            yield found.start, found.end, found.kind.upper()


def _runs(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _EMAIL.finditer(text):
        yield match.start(), match.end(), "EMAIL"
    for match in _DIGITS.finditer(spoken_digits(text)):
        yield match.start(), match.end(), "NUMBER"
