"""`guitai bench nlu`: the classifier against simpler ones on a labelled data set.

Made for BANKING77 (Casanueva et al., 2020: 77 intents of a British bank's customers, CC BY 4.0;
not shipped), but reads any folder with a train.csv and a test.csv of the columns text, category.
Full: all of train.csv. 10-shot: the first ten examples of each intent after a shuffle, the mean
over three seeds, because one draw of ten moves the accuracy by a whole point.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray
from pydantic import JsonValue

from assistant.adapters.system import SystemClock
from assistant.errors import SettingsError
from assistant.ports import Clock
from assistant.understanding.classifier import fit
from assistant.understanding.classifier_features import Array, Features, Seen
from assistant.understanding.classifier_heads import LinearHead, RidgeHead, fused
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from evals.bench.measure import p50
from evals.printing import percent, print_json, print_table
from knowledge.embedding import SentenceEncoder
from knowledge.example_vectors import ExampleVectors

SHOTS: Final = 10
SEEDS: Final = (0, 1, 2)
_COLUMNS: Final = ("text", "category")
_TIMED: Final = 100
_BINS: Final = 10

Reader: TypeAlias = Callable[[Seen], Array]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts, their intents and their embeddings, row by row."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    vectors: Array

    def pick(self, rows: Sequence[int]) -> Labelled:
        """Some of the rows."""
        return Labelled(
            tuple(self.texts[row] for row in rows),
            tuple(self.intents[row] for row in rows),
            self.vectors[list(rows)],
        )

    def __add__(self, other: Labelled) -> Labelled:
        """Both, one after the other."""
        vectors = np.vstack([self.vectors, other.vectors])
        return Labelled(self.texts + other.texts, self.intents + other.intents, vectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One classifier on one amount of training data.

    Attributes:
        accuracy: Share of test texts whose intent came first, 0 to 1.
        calibration_error: Mean gap of probability and accuracy over ten bins, 0 to 1.
        train_s: Seconds of fitting, embeddings at hand.
        query_ms: Median of one text, embedding at hand.
    """

    accuracy: float
    calibration_error: float
    train_s: float
    query_ms: float


def nlu(
    data: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of train.csv and test.csv.")
    ],
    *,
    few_only: Annotated[bool, typer.Option("--few", help="Only ten examples an intent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Compare classifiers on a labelled data set, with all of it and with ten an intent."""
    training, names, test = _read_all(data)
    clock = SystemClock()
    rows = training.intents
    few = [
        _compare(training.pick(first_of_each(rows, seed)), names, test, clock) for seed in SEEDS
    ]
    tables = {f"{SHOTS}-shot": {name: _mean([each[name] for each in few]) for name in few[0]}}
    if not few_only:
        tables["full"] = _compare(training, names, test, clock)
    if as_json:
        print_json({size: _as_json(table) for size, table in tables.items()})
        return
    for size, table in tables.items():
        _print(size, table)


def first_of_each(intents: Sequence[str], seed: int, count: int = SHOTS) -> list[int]:
    """Rows of the first `count` examples of each intent after a seeded shuffle."""
    order = list(range(len(intents)))
    random.Random(seed).shuffle(order)
    taken: dict[str, int] = {}
    chosen = []
    for row in order:
        taken[intents[row]] = taken.get(intents[row], 0) + 1
        if taken[intents[row]] <= count:
            chosen.append(row)
    return chosen


def calibration_error(probabilities: Array, right: NDArray[np.intp]) -> float:
    """Expected calibration error over ten bins of equal width; `right` are the true columns."""
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == right
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(is_right[bins == b].mean()) - float(confidence[bins == b].mean()))
        * float((bins == b).mean())
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return sum(gaps)


def _compare(
    training: Labelled, names: Labelled, test: Labelled, clock: Clock
) -> dict[str, Score]:
    return {
        name: _score(make, training, test, clock)
        for name, make in _contenders(training, names).items()
    }


def _contenders(
    training: Labelled, names: Labelled
) -> Mapping[str, Callable[[], Callable[[Labelled], Array]]]:
    def alone(*, pieces: float, meaning: float) -> Callable[[], Callable[[Labelled], Array]]:
        def make() -> Callable[[Labelled], Array]:
            features, seen = Features.fit(training.texts, training.vectors)
            columns = _columns(training)
            head = LinearHead.fit(_weighted(seen, pieces, meaning), columns, columns.max() + 1)
            return lambda some: head.probabilities(
                _weighted(features.see(some.texts, some.vectors), pieces, meaning)
            )

        return make

    def ours(known: Labelled, read: Callable[[Array, Array], Array] | None = None) -> Callable[[], Callable[[Labelled], Array]]:
        def make() -> Callable[[Labelled], Array]:
            model = fit(known.texts, known.intents, known.vectors, SentenceEncoder())
            return lambda some: model.probabilities(some.texts, some.vectors)

        return make

    return {}
