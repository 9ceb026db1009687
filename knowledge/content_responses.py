"""Responses: approved wordings with translations, buttons and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import JsonValue

from assistant.model.ids import ResponseKey, SlotName
from assistant.model.release import ButtonText, ResponseVariant, SlotDefinition
from knowledge.content_domain import fit_value
from knowledge.content_locale import SIMPLIFIED, completed, translations
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json

PREFIXES: Final = ("utter_", "reason_")
_KEYS: Final = (
    "text",
    "translation",
    "buttons",
    "channel",
    "condition",
    "custom",
    "image",
    "attachment",
    "elements",
    "metadata",
    "id",
    "allow_interruptions",
)
_UNSUPPORTED: Final = {"quick_replies": "write `buttons`", "template": "write `text`"}
_BUTTON_KEYS: Final = ("title", "payload", "translation", "type", "url")
_CONDITION_KEYS: Final = ("type", "name", "value")
_INTO_CUSTOM: Final = ("image", "attachment", "elements")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_FIELD: Final = re.compile(r"\s*[^\W\d]\w*(\.\w+)*\s*")
_JINJA: Final = SandboxedEnvironment(autoescape=False)


@dataclass(slots=True)
class Responses:
    """Responses of one folder and where each was written."""

    variants: dict[ResponseKey, tuple[ResponseVariant, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


def read_responses(
    parts: list[Part],
    slots: Mapping[SlotName, SlotDefinition],
    problems: Problems,
    replaced: Set[str] = frozenset(),
    language: str = SIMPLIFIED,
) -> Responses:
    """Read every response of one folder.

    Args:
        parts: The `responses` sections.
        slots: All slots, for the values of conditions.
        problems: Where faults are reported.
        replaced: Names that are left out, because the pack has its own.
        language: In which texts without a translation are written.
    """
    reader, found = Reader(problems, language), Responses()
    for part in parts:
        for key, item in reader.mapping(part, "responses").items():
            if key in replaced:
                continue
            place = part.key_place(key)
            if key in found.places:
                first = found.places[key]
                problems.error(place, f'"{key}" is also in {first.file}:{first.line}; keep one')
                continue
            if not key.startswith(PREFIXES):
                problems.warn(place, f"response names begin with {' or '.join(PREFIXES)}")
            found.places[key] = place
            variants = tuple(_variant(reader, one, slots) for one in _variants(reader, item))
            found.variants[ResponseKey(key)] = variants
    return found


def _variants(reader: Reader, part: Part) -> list[Part]:
    found = reader.elements(part, "a response")
    if not found:
        reader.error(part, "a response needs at least one `- text: …`")
    return found


def _variant(
    reader: Reader, part: Part, slots: Mapping[SlotName, SlotDefinition]
) -> ResponseVariant:
    keys = reader.known(part, "a wording", _KEYS, _UNSUPPORTED)
    is_jinja = _is_jinja(reader, keys.get("metadata"))
    if not {"text", "custom", *_INTO_CUSTOM} & keys.keys():
        reader.error(part, "the wording has no text")
    texts = _texts(reader, keys, is_jinja)
    custom = reader.free_mapping(keys.get("custom"), "custom")
    custom |= {key: as_json(keys[key]) for key in _INTO_CUSTOM if key in keys}
    return ResponseVariant(
        text=texts,
        buttons=tuple(_buttons(reader, keys.get("buttons"), is_jinja)),
        channel=reader.text(keys.get("channel"), "channel"),
        conditions=_conditions(reader, keys.get("condition"), slots),
        is_jinja=is_jinja,
        custom={key: _translated(value) for key, value in custom.items()},
    )


def _translated(value: JsonValue) -> JsonValue:
    """Complete the translated texts (`{"zh-Hans": …}`) inside a payload."""
    if isinstance(value, list):
        return [_translated(item) for item in value]
    if not isinstance(value, dict):
        return value
    if SIMPLIFIED in value:
        return {**completed({key: str(text) for key, text in value.items()})}
    return {key: _translated(item) for key, item in value.items()}


def _is_jinja(reader: Reader, meta: Part | None) -> bool:
    if meta is None:
        return False
    template = reader.mapping(meta, "metadata").get("template")
    return reader.choice(template, "template", ("jinja", "f-string")) == "jinja"


def _texts(reader: Reader, keys: Mapping[str, Part], is_jinja: bool) -> dict[str, str]:
    texts: dict[str, str] = {}
    written = reader.text(keys.get("text"), "text")
    if written is not None:
        texts |= {SIMPLIFIED: written.strip(), reader.language: written.strip()}
    texts |= translations(reader, keys.get("translation"), "translation", "text")
    holder = keys.get("text")
    for locale, text in texts.items():
        below = keys.get("translation")
        part = holder if locale == SIMPLIFIED else (below.child(locale) if below else None)
        _check_placeholders(reader, part or below or holder, text, is_jinja)
    return completed(texts)


def _check_placeholders(reader: Reader, part: Part | None, text: str, is_jinja: bool) -> None:
    if part is None:
        return
    if is_jinja:
        try:
            _JINJA.parse(text)
        except (TemplateSyntaxError, RecursionError) as error:
            reader.error(part, f"the Jinja template does not parse: {error}")
        return
    if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        reader.error(part, "a brace stands alone; write {name}, or add metadata: {template: jinja}")
    for match in _PLACEHOLDER.finditer(text):
        if not _FIELD.fullmatch(match.group(1)):
            shown = match.group(0)[:40]
            reader.error(
                part, f"{shown} is no placeholder; write {{name}} or metadata template: jinja"
            )


def _buttons(reader: Reader, part: Part | None, is_jinja: bool) -> list[ButtonText]:
    found = []
    for item in reader.elements(part, "buttons") if part is not None else []:
        keys = reader.known(item, "a button", _BUTTON_KEYS)
        title = reader.text(keys.get("title"), "title")
        payload = reader.text(keys.get("payload") or keys.get("url"), "payload")
        if title is None or payload is None:
            if not {"title", "payload"} <= keys.keys() and "url" not in keys:
                reader.error(item, "a button needs title and payload")
            continue
        texts = {SIMPLIFIED: title.strip(), reader.language: title.strip()}
        texts |= translations(reader, keys.get("translation"), "translation", "title")
        for text in texts.values():
            _check_placeholders(reader, item, text, is_jinja)
        found.append(ButtonText(completed(texts), payload))
    return found


def _conditions(
    reader: Reader, part: Part | None, slots: Mapping[SlotName, SlotDefinition]
) -> dict[SlotName, JsonValue]:
    found: dict[SlotName, JsonValue] = {}
    for item in reader.elements(part, "condition") if part is not None else []:
        keys = reader.known(item, "a condition", _CONDITION_KEYS)
        reader.choice(keys.get("type"), "type", ("slot",))
        name = reader.name(keys.get("name"), "name")
        if name is None or "value" not in keys:
            reader.error(item, "a condition needs type: slot, name and value")
            continue
        slot = slots.get(SlotName(name))
        if slot is None:
            hint = did_you_mean(name, slots)
            reader.missing(keys["name"], f'there is no slot "{name}"{hint}')
            continue
        found[slot.name] = fit_value(reader, keys["value"], slot)
    return found
