"""Assertions and the older kind of steps, as expectations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from evals.e2e.expectations import (
    Clarifies,
    EndsFlow,
    Expectation,
    RunsAction,
    SetsSlot,
    StartsFlow,
    Utters,
)
from evals.e2e.observed import bare
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json

Read = Callable[[Part, Reader], Sequence[Expectation]]

_OPERATORS: Final = ("all", "any")
_UNSUPPORTED: Final = {
    "generative_response_is_relevant": "it needs a model as a judge; use bot_uttered",
    "generative_response_is_grounded": (
        "answers are quotations here; name the documents under metadata: citations"
    ),
}


def read_assertion(part: Part, reader: Reader) -> Sequence[Expectation]:
    """The expectations of one element of `assertions`."""
    entries = reader.known(part, "an assertion", _READERS, _UNSUPPORTED)
    if len(part.node.entries or {}) > 1:
        reader.error(part, "one assertion for each element; begin the next with `- `")
    return [one for name, value in entries.items() for one in _READERS[name](value, reader)]


def read_older(part: Part, entries: Mapping[str, Part], reader: Reader) -> Sequence[Expectation]:
    """The expectation of a `bot`, `utter`, `slot_was_set` or `slot_was_not_set` step."""
    read: list[Expectation] = []
    if "bot" in entries:
        text = reader.text(entries["bot"], "bot")
        if text is not None:
            read.append(Utters(line=part.node.line, shown=f"bot: {text}", text=text))
    if "utter" in entries:
        name = reader.name(entries["utter"], "utter")
        if name is not None:
            read.append(Utters(line=part.node.line, shown=f"utter: {name}", utter_name=bare(name)))
    for key in ("slot_was_set", "slot_was_not_set"):
        if key in entries:
            read.extend(_older_slots(entries[key], key, reader))
    return read


def _started(part: Part, reader: Reader) -> Sequence[Expectation]:
    names, operator = _flow_ids(part, "flow_started", reader, default="any")
    if operator == "any":
        shown = f"flow_started: {' | '.join(names)}"
        return [StartsFlow(line=part.node.line, shown=shown, flow_ids=names)]
    return [
        StartsFlow(line=part.node.line, shown=f"flow_started: {name}", flow_ids=(name,))
        for name in names
    ]


def _clarified(part: Part, reader: Reader) -> Sequence[Expectation]:
    names, operator = _flow_ids(part, "pattern_clarification_contains", reader, default="all")
    shown = f"pattern_clarification_contains: {operator} of {', '.join(names)}"
    return [
        Clarifies(
            line=part.node.line,
            shown=shown,
            flow_ids=names,
            operator="any" if operator == "any" else "all",
        )
    ]


def _flow_ids(
    part: Part, what: str, reader: Reader, *, default: str
) -> tuple[tuple[str, ...], str]:
    if not part.is_mapping:
        return reader.words(part, what), default
    entries = reader.known(part, what, ("operator", "flow_ids"))
    operator = reader.choice(entries.get("operator"), "operator", _OPERATORS) or default
    if "flow_ids" not in entries:
        reader.error(part, "flow_ids is missing; list the flows")
    return reader.words(entries.get("flow_ids"), "flow_ids"), operator


def _completed(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _ended(part, reader, "flow_completed")


def _cancelled(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _ended(part, reader, "flow_cancelled")


def _ended(part: Part, reader: Reader, how: str) -> Sequence[Expectation]:
    if not part.is_mapping:
        flow, step = reader.name(part, how), None
    else:
        entries = reader.known(part, how, ("flow_id", "flow_step_id"))
        flow = reader.name(entries.get("flow_id"), "flow_id")
        step = reader.name(entries.get("flow_step_id"), "flow_step_id")
    if flow is None:
        reader.error(part, f"{how} needs flow_id")
        return []
    shown = f"{how}: {flow}" + (f" at {step}" if step else "")
    return [
        EndsFlow(
            line=part.node.line,
            shown=shown,
            how="flow_completed" if how == "flow_completed" else "flow_cancelled",
            flow_id=flow,
            step_id=step,
        )
    ]


def _action(part: Part, reader: Reader) -> Sequence[Expectation]:
    name = reader.name(part, "action_executed")
    if name is None:
        return []
    return [RunsAction(line=part.node.line, shown=f"action_executed: {name}", action=name)]


def _was_set(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _slots(part, reader, forbids=False)


def _was_not_set(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _slots(part, reader, forbids=True)


def _slots(part: Part, reader: Reader, *, forbids: bool) -> Sequence[Expectation]:
    read: list[Expectation] = []
    for item in reader.elements(part, "the slots of an assertion"):
        entries = reader.known(item, "a slot", ("name", "value"))
        name = reader.name(entries.get("name"), "name")
        if name is None:
            reader.error(item, "a slot needs name")
            continue
        read.append(_slot(item.node.line, name, entries.get("value"), forbids=forbids))
    return read


def _older_slots(part: Part, key: str, reader: Reader) -> Sequence[Expectation]:
    """Older steps write `- card` or `- card: "6688"`."""
    forbids = key == "slot_was_not_set"
    read: list[Expectation] = []
    for item in reader.elements(part, key):
        if item.is_mapping:
            read.extend(
                _slot(item.node.line, name, value, forbids=forbids)
                for name, value in item.children()
            )
        else:
            name = reader.name(item, "a slot")
            if name is not None:
                read.append(_slot(item.node.line, name, None, forbids=forbids))
    return read


def _slot(line: int, name: str, value: Part | None, *, forbids: bool) -> SetsSlot:
    key = "slot_was_not_set" if forbids else "slot_was_set"
    wanted = as_json(value) if value is not None else None
    return SetsSlot(
        line=line,
        shown=f"{key}: {name}" + (f" = {wanted!r}" if value is not None else ""),
        forbids=forbids,
        name=name,
        value=wanted,
        any_value=value is None,
    )


def _uttered(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _utterance(part, reader, forbids=False)


def _not_uttered(part: Part, reader: Reader) -> Sequence[Expectation]:
    return _utterance(part, reader, forbids=True)


def _utterance(part: Part, reader: Reader, *, forbids: bool) -> Sequence[Expectation]:
    what = "bot_did_not_utter" if forbids else "bot_uttered"
    entries = reader.known(part, what, ("utter_name", "text_matches", "buttons"))
    if not entries:
        reader.error(part, f"{what} needs utter_name, text_matches or buttons")
        return []
    name = reader.name(entries.get("utter_name"), "utter_name")
    buttons = [
        _button(item, reader)
        for item in (reader.elements(entries["buttons"], "buttons") if "buttons" in entries else ())
    ]
    shown = ", ".join(f"{key} {as_json(value)!r}" for key, value in entries.items())
    return [
        Utters(
            line=part.node.line,
            shown=f"{what}: {shown}",
            forbids=forbids,
            utter_name=bare(name) if name else None,
            pattern=_pattern(entries.get("text_matches"), reader),
            buttons=tuple(buttons),
        )
    ]


def _button(part: Part, reader: Reader) -> tuple[str | None, str | None]:
    entries = reader.known(part, "a button", ("title", "payload"))
    title = reader.text(entries.get("title"), "title")
    return title, reader.text(entries.get("payload"), "payload")


def _pattern(part: Part | None, reader: Reader) -> re.Pattern[str] | None:
    text = reader.text(part, "text_matches")
    if text is None or part is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        reader.error(part, f"text_matches is not a regular expression: {error}")
        return None


_READERS: Final[Mapping[str, Read]] = {
    "flow_started": _started,
    "flow_completed": _completed,
    "flow_cancelled": _cancelled,
    "pattern_clarification_contains": _clarified,
    "action_executed": _action,
    "slot_was_set": _was_set,
    "slot_was_not_set": _was_not_set,
    "bot_uttered": _uttered,
    "bot_did_not_utter": _not_uttered,
}
