"""Colleagues' looks at customers' data: each is in the register before anything is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from assistant.model.ids import ConversationId
from assistant.ports import Privacy
from assistant.ports.privacy import Purpose, reason_of

_REMEMBERED: Final = 20_000
"""Looks remembered so that a list that refreshes by itself is written down once."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Writes looks down.

    Attributes:
        privacy: The register; None, in tests, writes nothing down.
    """

    privacy: Privacy | None = None
    _seen: dict[tuple[str, str], None] = field(default_factory=dict, init=False)

    async def note(
        self,
        conversation_ids: Collection[ConversationId],
        colleague: str,
        purpose: Purpose,
        words: str = "",
    ) -> None:
        """Write down that a colleague is about to see these conversations.

        Raises:
            ConversationNotFound: One does not exist.
            StoreUnavailable: It could not be written down, so nothing may be shown.
        """
        if self.privacy is not None and conversation_ids:
            reason = reason_of(purpose, words)
            await self.privacy.note_all("read", conversation_ids, colleague, reason)

    async def note_listed(
        self, listed: Mapping[str, ConversationId], colleague: str, purpose: Purpose
    ) -> None:
        """The same for a list that is asked for again and again: each row once for a colleague.

        Args:
            listed: Id of a row to the conversation it tells of.
            colleague: Who looks.
            purpose: What for.
        """
        new = {row: told for row, told in listed.items() if (colleague, row) not in self._seen}
        await self.note(set(new.values()), colleague, purpose)
        for row in new:
            self._seen[(colleague, row)] = None
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
