"""What commands do with a content pack and with documents: check, index, search, understand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import JsonValue

from actions.catalogue import ACTIONS
from actions.said import READ_BY_ACTIONS, SAID_BY_ACTIONS
from assistant.acting.context import BANK_ZONE
from assistant.model.ids import ActionName
from assistant.model.release import Release
from assistant.ports import Clock, Knowledge, Understander
from assistant.ports.knowledge import EVERYTHING, SearchScope
from assistant.understanding.labels import trained_texts
from assistant.understanding.normalise import normalise
from channels.bootstrap import (
    example_vectors,
    gateway_knows,
    load_release,
    make_understander,
    our_actions,
    pair_scorer,
)
from channels.composition_answers import unproved_wordings
from channels.composition_foreign import pack_actions
from channels.composition_log import machine_clock
from channels.composition_polyphones import finder, finds_polyphones
from channels.settings import Settings
from knowledge.check import check
from knowledge.content_problems import Finding
from knowledge.content_usage import Code
from knowledge.embedding import BUNDLED, SentenceEncoder
from knowledge.indexing import build_index, search_in, ship_vectors
from knowledge.search import SearchQuestion, index_folder, read_questions, search_all, search_line
from knowledge.twins import Translated, Twins
from knowledge.vectors import Progress

_SAID_BY_ENGINE = frozenset(
    {
        *("utter_terms", "utter_register_reads", "utter_export_ready", "utter_export_text"),
        *("utter_erasure_ordered", "utter_privacy_unavailable"),
        "utter_elder_person",
    }
)
"""Responses of a pack that the engine reads by name."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run led to.

    Attributes:
        shipped: Files written into the pack.
        notes: What was taken out of documents, and which of them wait for approval.
    """

    documents: int
    passages: int
    examples: int
    shipped: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def check_pack(settings: Settings) -> list[Finding]:
    """Everything that is wrong with a pack, and what somebody should look at.

    Code of the pack is read and not run.

    Raises:
        SettingsError: The setting for custom actions leads nowhere.
    """
    own, ours = pack_actions(settings), our_actions()

    def runs(action: ActionName) -> bool:
        return action in ours or action in own or bool(settings.action_endpoint)

    findings = check(
        settings.content_dir,
        gateway_knows=gateway_knows,
        code=Code(
            said=_SAID_BY_ENGINE | SAID_BY_ACTIONS,
            read=READ_BY_ACTIONS,
            is_change=_is_change,
            runs=runs,
        ),
        today=machine_clock().now().astimezone(BANK_ZONE).date(),
        polyphones=finder() if finds_polyphones() else None,
    )
    return [*findings, *unproved_wordings(settings)]


def _is_change(action: ActionName) -> bool:
    return action in ACTIONS and ACTIONS[action].is_change


def bank_encoder(settings: Settings) -> SentenceEncoder:
    """The embedding model of the settings; loads with its first text."""
    return SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")


def make_index(
    settings: Settings, *, ship: bool = False, progress: Progress | None = None
) -> IndexReport:
    """Embed what changed: documents for searching, examples for understanding.

    Args:
        settings: Pack and data folder.
        ship: Also write the vectors into the pack, so that its users embed nothing.
        progress: Told how far it is.

    Raises:
        ContentError: The pack is wrong.
        KnowledgeUnavailable: The index cannot be written.
    """
    encoder = bank_encoder(settings)
    encoder.prepare()
    release = load_release(settings.content_dir)
    built = build_index(
        settings.content_dir,
        settings.data_dir,
        encoder,
        progress,
        chroma_url=settings.chroma_url,
    )
    make_understander(settings, release, encoder, progress)
    return IndexReport(
        documents=len(built.documents),
        passages=len(built.corpus.passages),
        examples=len(release.examples),
        shipped=_ship(settings, release, encoder) if ship else (),
        notes=(
            *(f"{one.source}: {each}" for one in built.documents for each in one.notices),
            *(f"{one.file}: {one.status}, not answered from" for one in built.waiting),
        ),
    )


def _ship(settings: Settings, release: Release, encoder: SentenceEncoder) -> tuple[Path, ...]:
    folder = settings.content_dir
    # As the classifier is trained on them: normalised like a message.
    texts = [normalise(each, release.lexicon.rewrites).text for each in trained_texts(release)]
    return (
        ship_vectors(folder, encoder),
        example_vectors(settings, encoder).ship(texts, folder),
    )


def open_knowledge(
    settings: Settings,
    documents: Path | None,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
) -> Knowledge:
    """The bank's documents, or those of another folder.

    Args:
        settings: Pack and data folder.
        documents: Another folder; None for the bank's own documents.
        progress: Told how far embedding is.
        told: Told of each file of the other folder that could not be read as a whole.

    Raises:
        ContentError: A document cannot be read.
        KnowledgeUnavailable: The index cannot be opened.
    """
    encoder = bank_encoder(settings)
    encoder.warm()
    release = load_release(settings.content_dir)
    synonyms, pairs = release.lexicon.synonyms, pair_scorer(settings)
    if documents is not None:
        return index_folder(
            documents,
            settings.data_dir,
            encoder,
            progress,
            synonyms=synonyms,
            told=told,
            pairs=pairs,
        )
    built = build_index(
        settings.content_dir,
        settings.data_dir,
        encoder,
        progress,
        chroma_url=settings.chroma_url,
    )
    knowledge = search_in(built, encoder, release, pairs=pairs)
    return Translated(knowledge, Twins(built.documents))


def questions_of(file: Path | None, question: str | None) -> Sequence[SearchQuestion]:
    """The questions of a file, or the one given.

    Raises:
        ContentError: Lines of the file that are not questions.
    """
    if file is not None:
        return read_questions(file)
    return (SearchQuestion("1", question or ""),)


async def found_lines(
    knowledge: Knowledge,
    questions: Sequence[SearchQuestion],
    *,
    as_of: date,
    limit: int,
    known_on: date | None = None,
    scope: SearchScope = EVERYTHING,
) -> AsyncIterator[dict[str, JsonValue]]:
    """One line of the public contract for each question; days as in the port Knowledge.

    Raises:
        ScopeUnknown: As in the port.
    """
    async for question, hits in search_all(
        knowledge, questions, as_of=as_of, limit=limit, known_on=known_on, scope=scope
    ):
        yield search_line(question, hits)


def open_understander(
    settings: Settings, progress: Progress | None = None
) -> tuple[Release, Callable[[Clock], Understander]]:
    """Release and understander, without stores or bank.

    Raises:
        ContentError: The pack is wrong.
    """
    encoder = bank_encoder(settings)
    warming = encoder.warm()
    release = load_release(settings.content_dir)
    make = make_understander(settings, release, encoder, progress)
    warming.join()
    return release, make
