"""The bank's own names in the customer's language: accounts, categories, products.

The bank tells them in Chinese. The pack translates those it wants under the response key
`utter_terms`, whose `custom` maps a name to its form in each language; the rest stays as told.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey
from assistant.model.message import Locale
from assistant.model.release import Release

TERMS = ResponseKey("utter_terms")


def terms_in(locale: Locale, release: Release) -> Mapping[str, str]:
    """Name as the bank tells it to its form in the language; empty where none is needed."""
    variants = release.responses.get(TERMS, ())
    if locale == "zh-Hans" or not variants:
        return {}
    return {
        name: str(forms[locale])
        for name, forms in variants[0].custom.items()
        if isinstance(forms, dict) and locale in forms
    }


def in_language(facts: Facts, terms: Mapping[str, str]) -> Facts:
    """Facts with every text that is such a name put into the language.

    A name within a longer text stays: that may be a quotation.
    """
    if not terms:
        return facts
    return {key: _value(value, terms) for key, value in facts.items()}


def words_in_language(text: str, terms: Mapping[str, str]) -> str:
    """A title such as "活期账户 6688" with each word that is such a name put into the language."""
    if not terms or text.isascii():
        return text
    return " ".join(terms.get(word, word) for word in text.split(" "))


def _value(value: JsonValue, terms: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return terms.get(value, value)
    if isinstance(value, list):
        return [_value(item, terms) for item in value]
    if isinstance(value, dict):
        return {key: _value(item, terms) for key, item in value.items()}
    return value
