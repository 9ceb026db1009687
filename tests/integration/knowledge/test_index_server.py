"""A real Chroma server, damaged under way: seen, never answered from, built anew."""

import asyncio
import os
import signal

import chromadb
import numpy as np
import pytest

from assistant.errors import KnowledgeUnavailable, SettingsError
from channels.cli.chroma_process import ChromaProcess, chroma_process
from channels.settings import Settings
from knowledge.index_watch import Guarded, WatchedIndex
from knowledge.indexing import build_index
from tests.e2e.processes import free_port
from tests.shelf import TODAY, PairEncoder, write_pack

QUESTION = "补办新卡工本费多少"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = ChromaProcess(
        Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("d"), chroma_port=free_port())
    )
    server.start()
    yield server
    server.end()


@pytest.fixture
def built(server, tmp_path):
    pack = write_pack(tmp_path / "pack")
    return build_index(pack, tmp_path / "data", PairEncoder(), chroma_url=server.url)


@pytest.fixture
def collection(server, built):
    port = int(server.url.rpartition(":")[2])
    client = chromadb.HttpClient(host="127.0.0.1", port=port)
    (found,) = client.list_collections()
    return client.get_collection(found.name)


def delete_one(collection):
    collection.delete(ids=collection.get(limit=1)["ids"])


def delete_all_but_one(collection):
    collection.delete(ids=collection.get()["ids"][1:])


def replace_a_vector(collection):
    name = collection.get(limit=1)["ids"]
    collection.update(ids=name, embeddings=[np.random.default_rng(3).normal(size=256).tolist()])


def swap_two_vectors(collection):
    stored = collection.get(limit=2, include=["embeddings"])
    collection.update(ids=stored["ids"], embeddings=stored["embeddings"][::-1])


def move_a_day(collection):
    collection.update(ids=collection.get(limit=1)["ids"], metadatas=[{"last_day": 1}])


def change_a_text(collection):
    stored = collection.get(limit=1, include=["embeddings"])
    collection.update(ids=stored["ids"], embeddings=stored["embeddings"], documents=["免费"])


def add_one(collection):
    vector = collection.get(limit=1, include=["embeddings"])["embeddings"][0]
    collection.add(ids=["made-up"], embeddings=[vector], documents=["x"], metadatas=[{"a": 1}])


DAMAGES = [
    delete_one,
    delete_all_but_one,
    replace_a_vector,
    swap_two_vectors,
    move_a_day,
    change_a_text,
    add_one,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
async def test_whatever_is_changed_is_seen_and_built_anew(built, collection, damage):
    knowledge = Guarded(built.knowledge(PairEncoder()), built.index)
    expected = await knowledge.search(QUESTION, as_of=TODAY)
    assert built.index.check()
    damage(collection)
    assert not built.index.check()
    assert built.index.state == "ok"
    assert built.index.check()
    assert await knowledge.search(QUESTION, as_of=TODAY) == expected


class Hindered(WatchedIndex):
    """Cannot build anew for as long as it is told."""

    is_hindered = False

    def rebuild(self):
        if self.is_hindered:
            raise KnowledgeUnavailable
        super().rebuild()


async def test_nothing_is_found_until_it_has_been_built_anew(built, collection, server):
    corpus = built.corpus
    index = Hindered(corpus.passages, corpus.vectors, model="pairs-1", url=server.url)
    knowledge = Guarded(built.knowledge(PairEncoder()), index)
    replace_a_vector(collection)
    index.is_hindered = True
    assert not index.check()
    assert index.state == "rebuilding"
    with pytest.raises(KnowledgeUnavailable):
        await knowledge.search(QUESTION, as_of=TODAY)
    index.is_hindered = False
    index.check()
    assert index.check()
    assert (await knowledge.search(QUESTION, as_of=TODAY))[0].sentences


async def test_damage_from_before_the_start_is_seen_at_the_start(server, built, collection):
    swap_two_vectors(collection)
    corpus = built.corpus
    again = WatchedIndex(corpus.passages, corpus.vectors, model="pairs-1", url=server.url)
    assert again.check()


def test_an_answer_that_is_not_true_of_our_vectors_is_doubted_at_once(built, collection):
    vector = built.corpus.vectors[0].tolist()
    built.index.nearest(vector, as_of=TODAY, limit=3)
    assert not built.index.doubted.is_set()
    swap_two_vectors(collection)
    built.index.nearest(vector, as_of=TODAY, limit=3)
    assert built.index.doubted.is_set()


async def test_a_server_that_ends_is_started_again_and_nothing_is_lost(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, chroma_port=free_port())
    server = ChromaProcess(settings)
    server.start()
    try:
        pack = write_pack(tmp_path / "pack")
        built = build_index(pack, tmp_path / "data", PairEncoder(), chroma_url=server.url)
        knowledge = Guarded(built.knowledge(PairEncoder()), built.index)
        expected = await knowledge.search(QUESTION, as_of=TODAY)
        os.kill(server.pid, signal.SIGKILL)
        assert not built.index.check()
        assert built.index.state == "does not answer"
        assert await knowledge.search(QUESTION, as_of=TODAY) == expected
        await asyncio.to_thread(server.wait)
        assert built.index.check()
        assert built.index.state == "ok"
    finally:
        server.end()
    assert not server.answers()


def test_two_servers_at_once_are_a_usage_error(tmp_path):
    settings = Settings(
        _env_file=None, data_dir=tmp_path, chroma_process=True, chroma_url="http://127.0.0.1:9"
    )
    with pytest.raises(SettingsError), chroma_process(settings):
        pass
