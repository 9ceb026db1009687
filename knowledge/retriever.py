"""The bank's knowledge as a LangChain retriever, for chains a bank builds itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, SkipValidation

from assistant.ports.knowledge import EVERYTHING, Knowledge, PassageHit, SearchScope


class PassageRetriever(BaseRetriever):
    """Passages valid today, best first.

    Attributes:
        knowledge: Where to search.
        today: The day answers are as of.
        limit: Most passages.
        scope: As in the port.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    knowledge: SkipValidation[Knowledge]
    today: Callable[[], date]
    limit: int = 5
    scope: SearchScope = EVERYTHING

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return await self._found(query)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        return asyncio.run(self._found(query))

    async def _found(self, query: str) -> list[LangChainDocument]:
        hits = await self.knowledge.search(
            query, as_of=self.today(), limit=self.limit, scope=self.scope
        )
        return [_entry(hit) for hit in hits]


def _entry(hit: PassageHit) -> LangChainDocument:
    metadata = hit.model_dump(mode="json", exclude={"text", "sentences"})
    return LangChainDocument(id=hit.passage_id, page_content=hit.text, metadata=metadata)
