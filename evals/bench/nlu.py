"""`guitai bench nlu`: the classifier against simpler ones on a labelled data set.

Made for BANKING77 (Casanueva et al., 2020: 77 intents of a British bank's customers, CC BY 4.0;
not shipped), but reads any folder with a train.csv and a test.csv of the columns text, category.
Full: all of train.csv. 10-shot: the first ten examples of each intent after a shuffle, the mean
over three seeds, because one draw of ten moves the accuracy by a whole point.
"""

from __future__ import annotations

import csv
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray
from pydantic import JsonValue

from assistant.adapters.system import SystemClock
from assistant.ports import Clock
from assistant.understanding.classifier import fit
from assistant.understanding.classifier_features import Array, Features, Seen
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from evals.bench.linear import LinearHead
from evals.bench.measure import p50
from evals.printing import percent, print_json, print_table
from knowledge.embedding import BUNDLED, SentenceEncoder
from knowledge.example_vectors import ExampleVectors

SHOTS: Final = 10
SEEDS: Final = (0, 1, 2)
_COLUMNS: Final = ("text", "category")
_TIMED: Final = 100
_BINS: Final = 10

_ALONE: Final = 4.0
"""The embedding needs more room when no n-grams help: chosen on training texts."""


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


Trained: TypeAlias = Callable[[Labelled], Array]
"""Texts to probabilities, one column an intent in sorted order."""


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
    training, names, test = read_labelled(data)
    clock = SystemClock()
    rows = training.intents
    few = [_compare(training.pick(first_of_each(rows, seed)), names, test, clock) for seed in SEEDS]
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


def _compare(training: Labelled, names: Labelled, test: Labelled, clock: Clock) -> dict[str, Score]:
    features, seen = Features.fit(training.texts, training.vectors)
    labels, columns = np.unique(training.intents, return_inverse=True)
    count = len(labels)

    def linear(pieces: float, meaning: float) -> Trained:
        head = LinearHead.fit(_weighted(seen, pieces, meaning), columns, count)
        return lambda some: head.probabilities(
            _weighted(features.see(some.texts, some.vectors), pieces, meaning)
        )

    def ours(known: Labelled) -> Trained:
        model = fit(known.texts, known.intents, known.vectors, SentenceEncoder())
        return lambda some: model.probabilities(some.texts, some.vectors)

    contenders: dict[str, Callable[[], Trained]] = {
        "linear on the embedding": lambda: linear(0.0, _ALONE),
        "linear on n-grams": lambda: linear(1.0, 0.0),
        "linear on both": lambda: linear(1.0, 1.0),
        "guitai": lambda: ours(training),
        "guitai, knowing the intents' names": lambda: ours(training + names),
    }
    right = np.searchsorted(labels, test.intents)
    return {name: _score(make, test, right, clock) for name, make in contenders.items()}


def _score(
    make: Callable[[], Trained], test: Labelled, right: NDArray[np.intp], clock: Clock
) -> Score:
    started = clock.monotonic_ms()
    read = make()
    train_s = (clock.monotonic_ms() - started) / 1000
    probabilities = read(test)
    durations = []
    for row in range(min(_TIMED, len(test.texts))):
        one = test.pick([row])
        started = clock.monotonic_ms()
        read(one)
        durations.append(clock.monotonic_ms() - started)
    return Score(
        accuracy=float((probabilities.argmax(axis=1) == right).mean()),
        calibration_error=calibration_error(probabilities, right),
        train_s=train_s,
        query_ms=p50(durations),
    )


def _weighted(seen: Seen, pieces: float, meaning: float) -> Seen:
    return Seen(seen.pieces * np.float32(pieces), seen.meaning * np.float32(meaning))


def read_labelled(folder: Path) -> tuple[Labelled, Labelled, Labelled]:
    """Training texts, the names of their intents, and test texts, embedded."""
    tables = [_read(folder / name) for name in ("train.csv", "test.csv")]
    intents = sorted({intent for _, intent in tables[0]})
    tables.append([(intent.replace("_", " ").lower(), intent) for intent in intents])
    settings = read_settings()
    with bar("embedding") as progress:
        # Their own folder: the deployment's file must not grow by another bank's texts.
        store = ExampleVectors(
            SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models"),
            settings.content_dir,
            settings.data_dir / "bench",
            progress,
        )
        rows = store.encode([text for table in tables for text, _ in table])
    vectors = np.asarray(rows, dtype=np.float32)
    ends = np.cumsum([len(table) for table in tables])
    training, test, names = (
        Labelled(tuple(text for text, _ in table), tuple(intent for _, intent in table), block)
        for table, block in zip(tables, np.split(vectors, ends[:-1]), strict=True)
    )
    return training, names, test


def _read(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        msg = f"{path} is missing; the folder must hold train.csv and test.csv."
        raise typer.BadParameter(msg)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not set(_COLUMNS) <= set(reader.fieldnames or ()):
            msg = f"{path} needs the columns {', '.join(_COLUMNS)}."
            raise typer.BadParameter(msg)
        return [(" ".join(row["text"].split()), row["category"]) for row in reader]


def _mean(scores: Sequence[Score]) -> Score:
    return Score(
        accuracy=statistics.fmean(score.accuracy for score in scores),
        calibration_error=statistics.fmean(score.calibration_error for score in scores),
        train_s=statistics.fmean(score.train_s for score in scores),
        query_ms=statistics.fmean(score.query_ms for score in scores),
    )


def _as_json(table: Mapping[str, Score]) -> JsonValue:
    return {
        name: {key: round(value, 4) for key, value in asdict(score).items()}
        for name, score in table.items()
    }


def _print(size: str, table: Mapping[str, Score]) -> None:
    rows = [
        (
            name,
            percent(score.accuracy),
            percent(score.calibration_error),
            f"{score.train_s:.1f}",
            f"{score.query_ms:.2f}",
        )
        for name, score in table.items()
    ]
    heads = ("classifier", "accuracy", "calibration error", "train s", "ms a text")
    print_table(f"{size} (embedding not timed)", heads, rows)
