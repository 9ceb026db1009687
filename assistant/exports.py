"""A customer's own data as a file: for people to read, and as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import JsonValue

from assistant.acting.context import BANK_ZONE
from assistant.acting.privacy import reads_of
from assistant.errors import AssistantError
from assistant.model.events import Event, MessageReceived, Said
from assistant.model.ids import ConversationId, CustomerId, ResponseKey
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Privacy, StoredEvent
from assistant.response.public import public_event
from assistant.response.render import Renderer

FORMAT: Final = "guitai-export/1"
_TEXT: Final = ResponseKey("utter_export_text")

Form = Literal["json", "text"]


class ExportExpired(AssistantError):  # noqa: N818 - a state, not a fault
    """The link of an export is too old."""

    code = "export.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Makes exports for those who hold a pass for their own."""

    privacy: Privacy
    release: Release
    clock: Clock

    async def issue(self, customer_id: CustomerId, given: str, form: Form) -> bytes | None:
        """The file; None when the pass is not one for this customer.

        That the customer took it is written to the register.

        Raises:
            ExportExpired: It was one, until it expired.
            StoreUnavailable: The database did not answer.
        """
        until = self.privacy.opens_export(customer_id, given)
        if until is None:
            return None
        if until <= self.clock.now():
            raise ExportExpired
        stored = await self.privacy.export(customer_id, "customer")
        body = {
            "format": FORMAT,
            "made_at": self.clock.now().isoformat(),
            "customer_id": customer_id,
            "conversations": [self._conversation(*each) for each in stored.items()],
            "reads": [
                each.model_dump(mode="json", include={"at", "actor", "deed", "conversation_id"})
                | {"purpose": each.purpose}
                for each in reads_of(await self.privacy.entries(customer_id))
            ],
        }
        if form == "json":
            return json.dumps(body, ensure_ascii=False, indent=1).encode()
        return self._text(body, stored).encode()

    def _conversation(
        self, conversation_id: ConversationId, stored: Sequence[StoredEvent]
    ) -> dict[str, JsonValue]:
        entries = [entry for each in stored for entry in self._entries(each.event)]
        return {"conversation_id": conversation_id, "entries": entries}

    def _entries(self, event: Event) -> Iterator[JsonValue]:
        at = event.at.isoformat()
        if isinstance(event, MessageReceived):
            yield {"at": at, "who": "customer", "text": event.text or event.button or ""}
        elif isinstance(event, Said):
            yield {"at": at, "who": event.author, "text": event.part.text}
        else:
            shown = public_event(event, self.release)
            if shown is not None and event.type not in _NOT_EXPORTED:
                yield {"at": at, "who": "record", **shown}

    def _text(
        self,
        body: Mapping[str, Any],
        stored: Mapping[ConversationId, Sequence[StoredEvent]],
    ) -> str:
        """The same words for people, in the language the customer spoke last."""
        last = next(reversed(list(stored)), ConversationId("export"))
        tracker = Tracker.replay(last, (each.event for each in stored.get(last, ())))
        conversations: list[JsonValue] = [
            [_line(entry) for entry in each["entries"] if entry["who"] != "record"]
            for each in body["conversations"]
        ]
        facts: dict[str, JsonValue] = {
            "made_at": f"{self.clock.now().astimezone(BANK_ZONE):%Y-%m-%d %H:%M}",
            "conversations": conversations,
            "reads_count": len(body["reads"]),
        }
        return Renderer(self.release).part(_TEXT, facts, tracker).text + "\n"


_NOT_EXPORTED: Final = frozenset({"risk_decision"})
"""How the bank guards against fraud is no datum about the customer to hand out."""


def _line(entry: Mapping[str, Any]) -> dict[str, JsonValue]:
    at = datetime.fromisoformat(entry["at"]).astimezone(BANK_ZONE)
    return {"at": f"{at:%Y-%m-%d %H:%M}", "who": entry["who"], "text": entry["text"]}
