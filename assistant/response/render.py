"""Response key + facts + channel + locale → one channel-neutral reply part.

Every word a customer reads comes from content. Plain responses use `{name}` placeholders, those
with `metadata.template: jinja` a sandboxed Jinja; both read the slots and the facts of the step.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import ChainableUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import JsonValue

from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey, SlotName
from assistant.model.message import Button, Citation, Locale, ReplyPart
from assistant.model.release import ButtonText, Release, ResponseVariant
from assistant.model.tracker import Tracker
from assistant.response.terms import in_language, terms_in, words_in_language
from assistant.response.values import mask_phone, show, show_money, show_slot

_LOG = logging.getLogger(__name__)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.]*)\}")
_FALLBACK = ResponseKey("utter_internal_error")


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes reply parts from approved wording."""

    release: Release

    def part(
        self,
        key: ResponseKey,
        facts: Facts,
        tracker: Tracker,
        *,
        citations: tuple[Citation, ...] = (),
        buttons: tuple[Button, ...] = (),
    ) -> ReplyPart:
        """One bubble.

        Args:
            key: Response key, e.g. "utter_lock_card_done".
            facts: Values besides the slots; a fact wins over a slot of the same name.
            tracker: Gives slots, channel and language.
            citations: Sources the bubble rests on.
            buttons: Choices an action computed; the wording's own come after them.
        """
        locale = tracker.locale
        variant = self._variant(key, tracker)
        if variant is None:
            _LOG.error("response key has no wording", extra={"response_key": key})
            if key == _FALLBACK:
                return ReplyPart(text="", response_key=key)
            return self.part(_FALLBACK, {}, tracker)
        terms = terms_in(locale, self.release)
        names = in_language(self._names(facts, tracker), terms)
        card = _fill(dict(variant.custom), names, locale) if variant.custom else None
        return ReplyPart(
            text=_write(pick(variant.text, locale), variant.is_jinja, names, locale),
            response_key=ResponseKey(key.removeprefix("utter_")),
            buttons=(
                *(
                    b.model_copy(update={"title": words_in_language(b.title, terms)})
                    for b in buttons
                ),
                *(_button(b, names, locale) for b in variant.buttons),
            ),
            citations=citations,
            card=card if isinstance(card, dict) else None,
        )

    def buttons(self, key: str, tracker: Tracker) -> tuple[Button, ...]:
        """The buttons of a wording alone; none where there is no such wording."""
        response = ResponseKey(key)
        return self.part(response, {}, tracker).buttons if self.has(response) else ()

    def plain(self, text: str, buttons: tuple[Button, ...], custom: Facts) -> ReplyPart:
        """A bubble whose words came ready from a bank's own action server."""
        return ReplyPart(text=text, buttons=buttons, card=custom or None)

    def has(self, key: ResponseKey) -> bool:
        """Whether there is wording under this key."""
        return key in self.release.responses

    def _variant(self, key: ResponseKey, tracker: Tracker) -> ResponseVariant | None:
        fitting = [
            variant
            for variant in self.release.responses.get(key, ())
            if variant.channel in {None, tracker.channel}
            and all(tracker.slots.get(n) == value for n, value in variant.conditions.items())
        ]
        if not fitting:
            return None
        best = max(_specificity(variant) for variant in fitting)
        equal = [variant for variant in fitting if _specificity(variant) == best]
        return equal[tracker.turn % len(equal)]

    def _names(self, facts: Facts, tracker: Tracker) -> Facts:
        names: Facts = {
            slot: show_slot(value, self.release.slots.get(SlotName(slot)), tracker.locale)
            if not isinstance(value, list | dict | bool)
            else value
            for slot, value in tracker.slots.items()
        }
        deeper = facts.get("facts")
        spaces: Facts = {"slots": {**tracker.slots}, "context": {**facts}}
        return {**spaces, **names, **facts, **(deeper if isinstance(deeper, dict) else {})}


def pick(texts: Mapping[str, str], locale: Locale) -> str:
    """The text in the customer's language, in Simplified Chinese where there is none."""
    return texts.get(locale) or texts.get("zh-Hans") or next(iter(texts.values()), "")


def _specificity(variant: ResponseVariant) -> tuple[int, int]:
    return (1 if variant.channel else 0, len(variant.conditions))


def _button(button: ButtonText, names: Facts, locale: Locale) -> Button:
    return Button(
        title=_write(pick(button.title, locale), is_jinja=False, names=names, locale=locale),
        payload=_write(button.payload, is_jinja=False, names=names, locale=locale),
    )


def _write(text: str, is_jinja: bool, names: Facts, locale: Locale) -> str:
    if is_jinja:
        return _template(text).render(**names, locale=locale, money=_money(locale)).strip()
    return _PLACEHOLDER.sub(lambda match: show(_look_up(match[1], names), locale), text)


def _fill(value: JsonValue, names: Facts, locale: Locale) -> JsonValue:
    """Fill placeholders in a custom payload; a `{"zh-Hans": …}` object is a translated text."""
    if isinstance(value, str):
        whole = _PLACEHOLDER.fullmatch(value)
        if whole:
            found = _look_up(whole[1], names)
            is_text = not isinstance(found, list | dict) or "currency" in found
            return show(found, locale) if is_text else found
        return _write(value, is_jinja=False, names=names, locale=locale)
    if isinstance(value, list):
        return [_fill(item, names, locale) for item in value]
    if isinstance(value, dict):
        if "zh-Hans" in value:
            texts = {name: str(text) for name, text in value.items()}
            return _write(pick(texts, locale), is_jinja=False, names=names, locale=locale)
        return {name: _fill(item, names, locale) for name, item in value.items()}
    return value


def _look_up(path: str, names: Facts) -> JsonValue:
    value: JsonValue = names
    for part in path.removeprefix("context.").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _money(locale: Locale) -> object:
    def money(value: object) -> str:
        if isinstance(value, dict):
            return show_money(str(value.get("amount")), str(value.get("currency")), locale)
        return show_money(str(value), "CNY", locale)

    return money


_JINJA = ImmutableSandboxedEnvironment(
    undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)
_JINJA.filters["phone"] = mask_phone


@lru_cache(maxsize=2048)
def _template(text: str) -> Template:
    return _JINJA.from_string(text)
