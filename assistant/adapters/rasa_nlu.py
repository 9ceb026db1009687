"""A Rasa server in the classifier's seat: its intents and entities, our rules and thresholds.

`POST /model/parse` of Rasa 3.x's HTTP API. What words alone decide is decided here first, and is
never sent. When the server is slow, down or answers nonsense, the local classifier has decided
already. Rasa's own confidence tells off-topic questions apart poorly (docs/rasa-server.md), so
whether a text is about the bank at all stays the local classifier's call.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from assistant.model.commands import Command, SetSlot, StartFlow
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores, Understood
from assistant.understanding.llm import is_decided
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.payloads import fit
from assistant.understanding.slots import task_slots

_LOG = logging.getLogger(__name__)
_NO_INTENT: Final = "nlu_fallback"
"""Put first by Rasa's FallbackClassifier; our own thresholds decide instead."""
_OUT_OF_SCOPE: Final = "out_of_scope"
_FREE_KINDS: Final = frozenset({"text", "name", "payee"})
"""Kinds an entity may fill as it is; the others are read by our extractors, which know the form."""


class _Lenient(BaseModel):
    """Rasa adds fields from release to release; those not named here are not read."""

    model_config = ConfigDict(extra="ignore")


class RasaIntent(_Lenient):
    """An intent and its confidence, 0 to 1; no name when nothing was recognised."""

    name: str | None = None
    confidence: float = 0.0


class RasaEntity(_Lenient):
    """A span of the text. Two extractors that find the same span give two of these.

    Attributes:
        value: A string from most extractors; an object or a list from Duckling and from lookups.
        confidence_entity: DIET's; other extractors give none.
    """

    entity: str
    value: JsonValue = None
    start: int | None = None
    end: int | None = None
    confidence_entity: float = 1.0


class RasaParse(_Lenient):
    """What `/model/parse` answers."""

    intent: RasaIntent
    entities: list[RasaEntity] = []
    intent_ranking: list[RasaIntent] = []

    def ranked(self) -> tuple[tuple[str, float], ...]:
        """Intents with their confidence, best first, without Rasa's own "none of them"."""
        listed = self.intent_ranking or [self.intent]
        found = {one.name: one.confidence for one in listed if one.name and one.name != _NO_INTENT}
        return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaUnderstander:
    """Implements the port Understander.

    Attributes:
        local: Decides by rules first, and altogether when the server does not answer.
        url: Address of the server, without a path.
        token: Of `--auth-token`; goes into the query, the only place where Rasa looks for it.
        timeout_s: Longest wait for an answer, seconds.
    """

    local: LocalUnderstander
    client: httpx.AsyncClient = field(repr=False)
    url: str
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 1.0

    async def understand(self, text: str, tracker: Tracker, release: Release) -> Understood:
        """See the port."""
        local = await self.local.understand(text, tracker, release)
        if is_decided(local, tracker, release):
            return local
        parse = await self.parse(text, tracker)
        ranked = parse.ranked() if parse else ()
        if parse is None or not ranked:
            return local
        labels = dict(ranked)
        known = min(local.scores.get("known", 1.0), 1.0 - labels.get(_OUT_OF_SCOPE, 0.0))
        scores = IntentScores(ranked=ranked, known=known)
        commands = self.local.judge(text, tracker, release, scores)
        return Understood(
            commands=(*commands, *_from_entities(parse.entities, commands, text, release)),
            by="rasa",
            scores=labels | {"known": known},
        )

    async def aclose(self) -> None:
        """Give the connections back."""
        await self.client.aclose()

    async def parse(self, text: str, tracker: Tracker) -> RasaParse | None:
        """What the server makes of a text; None without a usable answer."""
        try:
            answer = await self.client.post(
                f"{self.url.rstrip('/')}/model/parse",
                params={"token": self.token} if self.token else None,
                json={"text": text, "message_id": f"{tracker.conversation_id}:{tracker.turn}"},
                timeout=self.timeout_s,
            )
            answer.raise_for_status()
            return RasaParse.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            # Neither the address (it holds the token) nor the answer (it holds the words).
            _LOG.warning("The Rasa server did not answer.", extra={"error": type(error).__name__})
            return None


def _from_entities(
    entities: Sequence[RasaEntity], commands: Sequence[Command], text: str, release: Release
) -> Iterable[SetSlot]:
    """Values our extractors have no form for, for the tasks that begin; each slot once."""
    flows = [release.flows[c.flow] for c in commands if isinstance(c, StartFlow)]
    taken = {command.slot for command in commands if isinstance(command, SetSlot)}
    for slot in task_slots(flows, release):
        if slot.name in taken or slot.mask == "secret" or slot.type == "bool":
            continue
        value = _value_of(slot, entities, text)
        if value is not None:
            taken.add(slot.name)
            yield value


def _value_of(slot: SlotDefinition, entities: Sequence[RasaEntity], text: str) -> SetSlot | None:
    """The surest entity of the slot; of several equally sure ones the first, never a list."""
    fitting = [each for each in entities if each.entity in slot.entities]
    for entity in sorted(fitting, key=lambda each: -each.confidence_entity):
        value = _plain(entity, text)
        if value is None:
            continue
        span = None
        if entity.start is not None and entity.end is not None:
            span = (entity.start, entity.end)
        if slot.values and value in slot.values:
            return SetSlot(slot=slot.name, value=value, span=span)
        if not slot.values and slot.kind in _FREE_KINDS:
            return SetSlot(slot=slot.name, value=fit(value, slot), span=span)
    return None


def _plain(entity: RasaEntity, text: str) -> str | None:
    """The value as one string; of a list the first, of an object the customer's own words."""
    value = entity.value
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        return value.strip() or None
    if entity.start is None or entity.end is None:
        return None
    return text[entity.start : entity.end].strip() or None
