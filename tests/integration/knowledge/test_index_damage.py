"""A damaged index is noticed before it is opened and built anew: it never answers wrongly."""

import shutil
from datetime import date

import numpy as np
import pytest

from assistant.errors import KnowledgeUnavailable
from knowledge.chunking import passages_of
from knowledge.index_chroma import open_index
from knowledge.index_seal import is_sound
from knowledge.indexing import build_index
from tests.shelf import TODAY, PairEncoder, document, write_pack

SIZE = 1100  # above a thousand Chroma writes the graph of its vectors to files
FILES = (
    "data_level0.bin",
    "link_lists.bin",
    "header.bin",
    "index_metadata.pickle",
    "chroma.sqlite3",
)
DAMAGES = ("truncated", "garbage", "zeroed", "deleted")


def damage(path, how):
    size = path.stat().st_size
    if how == "deleted":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[: size // 2])
    else:
        byte = b"\x00" if how == "zeroed" else b"\xa5"
        path.write_bytes(byte * size)


@pytest.fixture(scope="module")
def shelf():
    passages = tuple(
        passage
        for number in range(SIZE)
        for passage in passages_of(document(f"第{number}条。", document_id=f"d-{number}"))
    )
    vectors = np.random.default_rng(7).normal(size=(SIZE, 16)).astype(np.float32)
    return passages, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def built(shelf, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    open_index(*shelf, model="m", folder=folder)
    (sealed,) = [path for path in folder.iterdir() if path.is_dir()]
    return sealed


def copy_of(built, tmp_path):
    return shutil.copytree(built, tmp_path / "index" / built.name)


def nearest_is_itself(index, shelf):
    passages, vectors = shelf
    found = index.nearest(vectors[500].tolist(), as_of=TODAY, limit=3)
    return found[0].passage_id == passages[500].passage_id and len(found) == 3


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_every_damage_is_seen_before_the_files_are_opened(built, tmp_path, name, how):
    sealed = copy_of(built, tmp_path)
    assert is_sound(sealed)
    (path,) = sealed.rglob(name)
    damage(path, how)
    assert not is_sound(sealed)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("link_lists.bin", "zeroed"),  # ends the process when it is opened
        ("data_level0.bin", "truncated"),  # answers with other passages
        ("index_metadata.pickle", "deleted"),  # answers with one passage
        ("chroma.sqlite3", "garbage"),
    ],
)
def test_a_damaged_index_is_built_anew_and_answers_rightly(built, shelf, tmp_path, name, how):
    sealed = copy_of(built, tmp_path)
    (path,) = sealed.rglob(name)
    damage(path, how)
    index = open_index(*shelf, model="m", folder=sealed.parent)
    assert nearest_is_itself(index, shelf)
    assert is_sound(sealed)


def test_a_file_put_beside_the_sealed_ones_is_damage_too(built, shelf, tmp_path):
    sealed = copy_of(built, tmp_path)
    (sealed / "files" / "index_metadata.pickle").write_bytes(b"\x80\x04")
    assert not is_sound(sealed)


def test_opening_and_asking_leaves_the_sealed_files_alone(built, shelf, tmp_path):
    sealed = copy_of(built, tmp_path)
    index = open_index(*shelf, model="m", folder=sealed.parent)
    assert nearest_is_itself(index, shelf)
    assert is_sound(sealed)


class Wrong:
    """An index that lost most of what it had."""

    def nearest(self, vector, *, as_of, limit):
        return []


class Down:
    def nearest(self, vector, *, as_of, limit):
        raise KnowledgeUnavailable


@pytest.mark.parametrize("index", [Wrong(), Down()])
async def test_without_a_sound_index_the_same_passages_are_found(tmp_path, index):
    encoder = PairEncoder()
    built = build_index(write_pack(tmp_path / "pack"), tmp_path / "data", encoder)
    sound = built.knowledge(encoder)
    day = date(2026, 11, 22)
    expected = await sound.search("补办新卡工本费多少", as_of=day)
    without = type(built)(built.documents, built.corpus, index).knowledge(encoder)
    found = await without.search("补办新卡工本费多少", as_of=day)
    assert [hit.passage_id for hit in found] == [hit.passage_id for hit in expected]
