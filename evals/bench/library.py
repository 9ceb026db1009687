"""A shelf of documents of a given size: the sample bank's own, then made-up ones like them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from knowledge.chunking import passages_of
from knowledge.folders import read_folder

PASSAGES: Final = 2000
_SEED: Final = 20261122
_SECTIONS: Final = 8
_SENTENCES: Final = 3


def fill_shelf(documents: Path, shelf: Path, passages: int = PASSAGES) -> int:
    """Copy a pack's documents and add made-up ones until there are so many passages.

    Args:
        documents: Folder of Markdown documents.
        shelf: Folder to fill; emptied first, so that the same input gives the same shelf.
        passages: How many are wanted.

    Returns:
        How many there are.
    """
    shutil.rmtree(shelf, ignore_errors=True)
    shutil.copytree(documents, shelf)
    own = [passage for document in read_folder(shelf) for passage in passages_of(document)]
    sentences = [sentence.text for passage in own for sentence in passage.sentences]
    missing = max(0, passages - len(own))
    for number, text in enumerate(_made_up(sentences, missing)):
        (shelf / f"made-up-{number:04d}.md").write_text(text, encoding="utf-8")
    return sum(len(passages_of(document)) for document in read_folder(shelf))


def _made_up(sentences: list[str], missing: int) -> Iterator[str]:
    """Documents of real sentences in a new order: as confusable as a big bank's own shelf."""
    chance = random.Random(_SEED)
    while missing > 0:
        count = min(missing, _SECTIONS)
        sections = [
            f"## 第{chance.randrange(1000)}条\n\n" + "".join(chance.sample(sentences, _SENTENCES))
            for _ in range(count)
        ]
        yield f"# 业务说明{chance.randrange(100_000)}\n\n" + "\n\n".join(sections) + "\n"
        missing -= count
