"""Taking documents in: how fast passages are embedded, and one changed document indexed again."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from channels.bootstrap import Brain
from channels.settings import Settings
from evals.bench.measure import Measure, p50, settle
from knowledge.indexing import build_index

_EMBEDDED: Final = 128
"""Passages embedded for the first figure."""
_CHANGES: Final = 5
_CHANGED: Final = "debit-card-loss.md"
_LINE: Final = "\n第{number}次改动后的补充说明，仅用于测量。\n"
_LEAST_A_SECOND: Final = 15
_LONGEST_S: Final = 2


def measure_ingest(brain: Brain, settings: Settings) -> list[Measure]:
    """Both, over the pack's own documents; nothing of the deployment is changed."""
    brain.encoder.warm()
    settle()
    rate = _embedded_a_second(brain)
    with tempfile.TemporaryDirectory() as name:
        anew, again = _indexed(brain, settings, Path(name))
    passages = len(brain.built.corpus.passages)
    return [
        Measure(
            name="passages embedded",
            unit="passages/s",
            p50=round(rate, 1),
            budget_p50=_LEAST_A_SECOND,
            more_is_better=True,
            note=f"{_EMBEDDED} passages, a second of one core's time",
        ),
        Measure(
            name="one changed document indexed again",
            unit="s",
            p50=round(again, 2),
            budget_p50=_LONGEST_S,
            peer=("index built anew, vectors kept", round(anew, 2)),
            note=f"{passages} passages, {_CHANGES} changes, in a process that runs",
        ),
    ]


def _embedded_a_second(brain: Brain) -> float:
    step = max(1, len(brain.built.corpus.passages) // _EMBEDDED)
    # Worded anew: what was embedded before is remembered.
    texts = [f"{one.embedded_text}。" for one in brain.built.corpus.passages[::step]][:_EMBEDDED]
    started = process_time()
    brain.encoder.passages(texts)
    return len(texts) / (process_time() - started)


def _indexed(brain: Brain, settings: Settings, folder: Path) -> tuple[float, float]:
    """Seconds of building from nothing but vectors, and of building again after a change."""
    content, data = folder / "content", folder / "data"
    shutil.copytree(settings.content_dir, content)
    started = perf_counter()
    build_index(content, data, brain.encoder)
    anew = perf_counter() - started
    document = content / "documents" / _CHANGED
    release = content / "RELEASE.yml"  # a draft would not be answered from, hence not indexed
    release.write_text(
        release.read_text("utf-8").replace("approval: required", "approval: none"), "utf-8"
    )
    build_index(content, data, brain.encoder)
    seconds: list[float] = []
    for number in range(_CHANGES):
        with document.open("a", encoding="utf-8") as file:
            file.write(_LINE.format(number=number + 1))
            file.flush()
            os.fsync(file.fileno())
        started = perf_counter()
        build_index(content, data, brain.encoder)
        seconds.append(perf_counter() - started)
    return anew, p50(seconds)
