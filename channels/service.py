"""What the channels need from the joined pieces; `channels.bootstrap` provides it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from assistant.colleagues import Colleagues
from assistant.continuity import Continuity
from assistant.conversation import Conversations
from assistant.exports import Exports
from assistant.model.ids import DocumentId
from assistant.model.message import Citation, InboundMessage, Turn
from assistant.model.release import Release
from assistant.ports import Broadcast, Clock, IdSource, Knowledge, PassageHit
from assistant.ports.knowledge import ScopeChoices
from assistant.receipts import Receipts
from assistant.reviews import Reviews
from assistant.wake_ups import WakeUps


class Answering(Protocol):
    """The engine: one message to one turn."""

    @property
    def conversations(self) -> Conversations:
        """Opening, reading and rating conversations."""
        ...

    async def handle(self, message: InboundMessage) -> Turn:
        """Answer one message; see `assistant.turn.Assistant.handle`."""
        ...

    async def recover(self) -> int:
        """Finish turns a crash cut off."""
        ...

    async def settle_unknown(self) -> int:
        """Reconcile actions left unknown."""
        ...


class LibraryDocument(Protocol):
    """One version of one of the bank's documents; `body` is Markdown."""

    @property
    def document_id(self) -> DocumentId: ...  # noqa: D102 - named by the class
    @property
    def title(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def version(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def effective_from(self) -> date: ...  # noqa: D102 - named by the class
    @property
    def effective_to(self) -> date | None: ...  # noqa: D102 - named by the class
    @property
    def owner(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def body(self) -> str: ...  # noqa: D102 - named by the class


class Library(Protocol):
    """The bank's documents, by id and version."""

    def find(
        self, document_id: DocumentId, version: str | None, as_of: date
    ) -> LibraryDocument | None:
        """A document; without a version the one valid on `as_of`. None when there is none."""
        ...

    def choices(self) -> ScopeChoices:
        """What the documents are for and about."""
        ...


class DocumentTexts(Protocol):
    """The text of each version, cut into the sentences that citations quote."""

    def version(self, document_id: DocumentId, version: str) -> Sequence[PassageHit]:
        """One version in its own order; empty when there is none."""
        ...


class Touched(Protocol):
    """A reply that rested on a sentence which a newer version changed."""

    @property
    def conversation_id(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def turn(self) -> int: ...  # noqa: D102 - named by the class
    @property
    def at(self) -> datetime: ...  # noqa: D102 - named by the class
    @property
    def question(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def citation(self) -> Citation: ...  # noqa: D102 - named by the class
    @property
    def change(self) -> SentenceChange: ...  # noqa: D102 - named by the class
    @property
    def draft(self) -> str: ...  # noqa: D102 - named by the class


class SentenceChange(Protocol):
    """A sentence and what stands in its place, None when nothing does."""

    @property
    def old(self) -> str: ...  # noqa: D102 - named by the class
    @property
    def new(self) -> str | None: ...  # noqa: D102 - named by the class


class Impact(Protocol):
    """What a change of a document touches."""

    async def of(
        self, document_id: str, start: str | None, end: str | None, colleague: str
    ) -> Sequence[Touched]:
        """Replies that a newer version touches; see `channels.composition_impact`."""
        ...


class Service(Protocol):
    """The running assistant."""

    @property
    def assistant(self) -> Answering: ...  # noqa: D102 - typed by name
    @property
    def colleagues(self) -> Colleagues: ...  # noqa: D102 - typed by name
    @property
    def reviews(self) -> Reviews: ...  # noqa: D102 - typed by name
    @property
    def wake_ups(self) -> WakeUps: ...  # noqa: D102 - typed by name
    @property
    def continuity(self) -> Continuity: ...  # noqa: D102 - typed by name
    @property
    def receipts(self) -> Receipts: ...  # noqa: D102 - typed by name
    @property
    def exports(self) -> Exports: ...  # noqa: D102 - typed by name
    @property
    def broadcast(self) -> Broadcast: ...  # noqa: D102 - typed by name
    @property
    def clock(self) -> Clock: ...  # noqa: D102 - typed by name
    @property
    def ids(self) -> IdSource: ...  # noqa: D102 - typed by name
    @property
    def library(self) -> Library: ...  # noqa: D102 - typed by name
    @property
    def documents(self) -> DocumentTexts: ...  # noqa: D102 - typed by name
    @property
    def knowledge(self) -> Knowledge: ...  # noqa: D102 - typed by name
    @property
    def impact(self) -> Impact: ...  # noqa: D102 - typed by name
    @property
    def release(self) -> Release: ...  # noqa: D102 - typed by name

    async def readiness(self) -> dict[str, str]:
        """Each dependency to `ok`, or to what is wrong with it."""
        ...
