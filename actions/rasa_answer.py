"""What a rasa-sdk action answers, events and responses, as one of our results."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey
from assistant.model.message import Button
from assistant.ports import ActionResult, ActionSay

logger = logging.getLogger(__name__)

_MEDIA: Final = ("image", "attachment", "elements")
_OWN_KEYS: Final = frozenset({"text", "buttons", "custom", "template", "response", *_MEDIA})


def result_of(
    events: Sequence[Mapping[str, JsonValue]], responses: Sequence[Mapping[str, JsonValue]]
) -> ActionResult:
    """Slots and replies of an answer. Events other than `slot` are named in the log."""
    slots: dict[str, JsonValue] = {}
    for event in events:
        if event.get("event") == "slot" and isinstance(event.get("name"), str):
            slots[str(event["name"])] = event.get("value")
        else:
            logger.warning(
                "A foreign action sent an event other than `slot`; it has no effect.",
                extra={"event_type": str(event.get("event"))},
            )
    return ActionResult(outcome="done", slots=slots, says=tuple(map(_say, responses)))


def _say(response: Mapping[str, JsonValue]) -> ActionSay:
    key = response.get("response") or response.get("template")
    text = response.get("text")
    custom = response.get("custom")
    facts: Facts = {name: v for name, v in response.items() if name not in _OWN_KEYS}
    payload: Facts = dict(custom) if isinstance(custom, dict) else {}
    payload |= {name: response[name] for name in _MEDIA if response.get(name)}
    return ActionSay(
        response_key=ResponseKey(key) if isinstance(key, str) else None,
        text=text if isinstance(text, str) else None,
        buttons=_buttons(response.get("buttons")),
        facts=facts,
        custom=payload,
    )


def _buttons(written: JsonValue) -> tuple[Button, ...]:
    if not isinstance(written, list):
        return ()
    return tuple(
        Button(title=str(item.get("title", "")), payload=str(item.get("payload", "")))
        for item in written
        if isinstance(item, dict)
    )
