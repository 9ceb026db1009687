"""The bank's documents with some among them that give orders, approved like all others."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from channels.bootstrap import Brain, pair_scorer
from channels.composition_documents import decide
from channels.settings import Settings
from evals.clock import BANK_DAY
from knowledge.indexing import build_index, search_in
from knowledge.lookup import DocumentLibrary
from knowledge.shelf import DOCUMENTS_FOLDER

PLANTED: Final = Path(__file__).parent / "documents"


def with_planted(brain: Brain, settings: Settings, folder: Path) -> Brain:
    """The same assistant over a pack that holds the planted documents too.

    Args:
        brain: Its models are kept; only the index is made anew.
        settings: The deployment's.
        folder: Scratch folder for the pack and its index.
    """
    pack = folder / "pack"
    shutil.copytree(settings.content_dir, pack)
    for file in sorted(PLANTED.glob("*.md")):
        shutil.copyfile(file, pack / DOCUMENTS_FOLDER / file.name)
    changed = settings.model_copy(
        update={"content_dir": pack, "data_dir": folder / "data", "chroma_url": None}
    )
    # Two people who look at the title only: what is tested is everything after an approval.
    decide(changed, "approve", (), by="周敏", at=BANK_DAY, maker="陈立")
    built = build_index(pack, changed.data_dir, brain.encoder)
    return replace(
        brain,
        built=built,
        knowledge=search_in(built, brain.encoder, brain.release, pairs=pair_scorer(settings)),
        library=DocumentLibrary(built.documents),
    )
