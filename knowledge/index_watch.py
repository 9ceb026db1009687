"""An index in another process, held against what it was made of: at the start and ever after.

A Chroma server keeps its files to itself, so they cannot be sealed. Instead everything it holds
is read back and compared with the passages and vectors in memory, and canary questions are
asked. What differs is thrown away and built anew from memory; until that is done `is_trusted` is
false and nothing is answered from the documents (`Guarded`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from assistant.errors import KnowledgeUnavailable
from assistant.ports.knowledge import EVERYTHING, Knowledge, PassageHit, SearchScope
from knowledge.chunking import Passage
from knowledge.index_chroma import (
    ChromaIndex,
    Neighbour,
    answers_canaries,
    discard_served,
    open_index,
)
from knowledge.vectors import Vectors

logger = logging.getLogger(__name__)

_SLACK: Final = 0.01  # an index keeps 32-bit floats; two questions are never that near by chance


class WatchedIndex:
    """Implements VectorIndex over a Chroma server.

    Attributes:
        doubted: Set when an answer cannot be true; whoever checks on schedule then checks now.
    """

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors, *, model: str, url: str
    ) -> None:
        """Open the server's index, building it anew when it differs from what was given.

        Raises:
            KnowledgeUnavailable: The server does not answer, or answers wrongly even when new.
        """
        self.doubted = threading.Event()
        self._passages = passages
        self._vectors = vectors
        self._model = model
        self._url = url
        self._row = {passage.passage_id: row for row, passage in enumerate(passages)}
        self._checking = threading.Lock()
        self._state = ""
        self._index = open_index(passages, vectors, model=model, url=url)
        self.check()

    @property
    def is_trusted(self) -> bool:
        """Whether what the server holds is what it was given, as far as is known."""
        return self._state != "rebuilding"

    @property
    def state(self) -> str:
        """`ok`, `rebuilding`, or `does not answer`."""
        return self._state or "ok"

    def nearest(self, vector: Sequence[float], *, as_of: date, limit: int) -> list[Neighbour]:
        """See VectorIndex; an answer that is not true of our own vectors sets `doubted`."""
        found = self._index.nearest(vector, as_of=as_of, limit=limit)
        known = [one for one in found if one.passage_id in self._row]
        asked = np.asarray(vector, dtype=np.float32)
        if len(known) < len(found) or any(
            abs(float(self._vectors[self._row[one.passage_id]] @ asked) - one.similarity) > _SLACK
            for one in known
        ):
            self.doubted.set()
        return known

    def check(self) -> bool:
        """Compare everything, and build anew what differs; takes seconds when it does.

        Returns:
            Whether the index was sound. A server that does not answer is neither trusted less
            nor built anew: searches go on over the vectors in memory.
        """
        with self._checking:
            self.doubted.clear()
            try:
                fault = self._fault()
                if not fault:
                    self._state = ""
                    return True
                logger.error("vector index differs, built anew: %s", fault)
                self._state = "rebuilding"
                self.rebuild()
                self._state = ""
            except KnowledgeUnavailable:
                logger.warning("vector index does not answer")
                # What was found wrong stays distrusted until it has been built anew.
                self._state = self._state if self._state == "rebuilding" else "does not answer"
            return False

    def rebuild(self) -> None:
        """Throw the server's index away and build it from memory.

        Raises:
            KnowledgeUnavailable: The server does not answer.
        """
        discard_served(self._passages, model=self._model, url=self._url)
        self._index = self._opened()

    def _fault(self) -> str:
        if self._state:  # the server may be another one by now, with another collection
            self._index = self._opened()
        differs = self._index.difference(self._passages, self._vectors)
        if differs:
            return differs
        is_right = answers_canaries(self._index, self._passages, self._vectors)
        return "" if is_right else "a canary question is answered wrongly"

    def _opened(self) -> ChromaIndex:
        return open_index(self._passages, self._vectors, model=self._model, url=self._url)


@dataclass(frozen=True, slots=True)
class Guarded:
    """Implements the port Knowledge: nothing is found while the index is not to be trusted."""

    knowledge: Knowledge
    index: WatchedIndex

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 8,
        scope: SearchScope = EVERYTHING,
        known_on: date | None = None,
        before: Sequence[str] = (),
    ) -> list[PassageHit]:
        """See the port."""
        if not self.index.is_trusted:
            msg = "The vector index was found changed and is being built anew."
            raise KnowledgeUnavailable(msg)
        return await self.knowledge.search(
            question,
            as_of=as_of,
            limit=limit,
            scope=scope,
            known_on=known_on,
            before=before,
        )
