"""A language model that proposes whatever the attacker wants of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from assistant.ports import Proposal


@dataclass(slots=True)
class ObedientModel:
    """Implements the port ChatModel.

    Attributes:
        commands: Proposed when it is asked what a message means; none is prose.
        sentences: Phrasings, source and text, when it is asked to phrase.
        asked: How often it was asked.
    """

    commands: tuple[JsonValue, ...] = ()
    sentences: tuple[tuple[int, str], ...] = ()
    asked: int = 0

    @property
    def name(self) -> str:
        """See the port."""
        return "obedient"

    async def propose(
        self, instructions: str, material: str, schema: Mapping[str, JsonValue]
    ) -> Proposal:
        """See the port."""
        self.asked += 1
        if "commands" in _properties(schema):
            return Proposal(arguments={"commands": [*self.commands]} if self.commands else None)
        written: list[JsonValue] = [{"source": n, "text": text} for n, text in self.sentences]
        return Proposal(arguments={"sentences": written} if written else None)

    async def aclose(self) -> None:
        """See the port."""


def _properties(schema: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}
