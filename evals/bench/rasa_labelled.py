"""Rasa's DIET against the classifier in this process, on a labelled data set such as BANKING77.

Needs the environment that `evals.bench.rasa_diet` needs:

    python -m evals.bench.rasa_labelled --rasa-python /opt/rasa/bin/python --data DIR
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer
from pydantic import JsonValue

from assistant.adapters.system import SystemClock
from assistant.errors import SettingsError
from assistant.model.release import Example
from assistant.ports import Clock
from assistant.understanding.classifier import fit
from channels.cli import exits
from channels.cli.configuration import read_settings
from evals.bench.measure import p50, p99
from evals.bench.nlu import SHOTS, Labelled, first_of_each, read_labelled
from evals.bench.rasa_server import RunningRasa, resident_mb, started, train, write_project
from evals.printing import percent, print_json, print_table
from knowledge.embedding import BUNDLED, SentenceEncoder

_EPOCHS: Final = 100
_TIMEOUT_S: Final = 60.0
_TIMED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What was measured of one classifier.

    Attributes:
        accuracy: Share of test texts whose intent came first, 0 to 1.
        p50_ms: Of one text, embedding or HTTP on this machine included; `p99_ms` likewise.
        memory_mb: Of the process that holds the model.
        train_s: From the examples to a usable model, their embeddings included.
    """

    name: str
    accuracy: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    train_s: float


def main(
    *,
    rasa_python: Annotated[Path, typer.Option(help="Python of an environment with rasa 3.6.")],
    data: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of train.csv and test.csv.")
    ],
    shots: Annotated[int, typer.Option(min=0, help="Examples an intent; 0: all.")] = SHOTS,
    seed: Annotated[int, typer.Option(help="Of the shuffle they are drawn by.")] = 0,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of DIET.")] = _EPOCHS,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Train both on the same examples and read the same test texts with both."""
    training, names, test = read_labelled(data)
    if shots:
        training = training.pick(first_of_each(training.intents, seed, shots))
    clock = SystemClock()
    try:
        peers = [
            _measure_ours(training, names, test, clock),
            asyncio.run(_measure_rasa(rasa_python, training, test, epochs, clock)),
        ]
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(exits.USAGE) from error
    if as_json:
        rows: list[JsonValue] = [asdict(peer) for peer in peers]
        print_json(rows)
        return
    print_table(
        f"{len(training.texts)} examples, {len(test.texts)} test texts",
        ("", "right", "p50 ms", "p99 ms", "MB", "train s"),
        [
            (
                each.name,
                percent(each.accuracy),
                each.p50_ms,
                each.p99_ms,
                each.memory_mb,
                f"{each.train_s:.0f}",
            )
            for each in peers
        ],
    )


def _measure_ours(training: Labelled, names: Labelled, test: Labelled, clock: Clock) -> Peer:
    settings = read_settings()
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    encoder.warm().join()
    began = clock.monotonic_ms()
    encoder.queries(training.texts)
    known = training + names
    model = fit(known.texts, known.intents, known.vectors, encoder)
    train_s = (clock.monotonic_ms() - began) / 1000
    best = model.probabilities(test.texts, test.vectors).argmax(axis=1)
    right = [model.labels[k] == intent for k, intent in zip(best, test.intents, strict=True)]
    durations = []
    for text in test.texts[:_TIMED]:
        began = clock.monotonic_ms()
        model.classify(text)
        durations.append(clock.monotonic_ms() - began)
    return Peer(
        name="in this process",
        accuracy=sum(right) / len(right),
        p50_ms=p50(durations),
        p99_ms=p99(durations),
        memory_mb=resident_mb(Path("/proc/self")),
        train_s=train_s,
    )


async def _measure_rasa(
    python: Path, training: Labelled, test: Labelled, epochs: int, clock: Clock
) -> Peer:
    examples = [
        Example(intent=intent, text=text)
        for text, intent in zip(training.texts, training.intents, strict=True)
    ]
    with tempfile.TemporaryDirectory(prefix="guitai-rasa-") as name:
        write_project(Path(name), examples, epochs, language="en")
        trained = await asyncio.to_thread(train, python, Path(name), clock)
        async with started(trained, clock) as server:
            right, durations = await _read_all(server, test, clock)
            memory = server.memory_mb()
    return Peer(
        name="Rasa DIET",
        accuracy=right / len(test.texts),
        p50_ms=p50(durations[:_TIMED]),
        p99_ms=p99(durations[:_TIMED]),
        memory_mb=memory,
        train_s=trained.train_s,
    )


async def _read_all(server: RunningRasa, test: Labelled, clock: Clock) -> tuple[int, list[float]]:
    right, durations = 0, []
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as client:
        for text, intent in zip(test.texts, test.intents, strict=True):
            began = clock.monotonic_ms()
            answer = await client.post(
                f"{server.url}/model/parse", params={"token": server.token}, json={"text": text}
            )
            durations.append(clock.monotonic_ms() - began)
            answer.raise_for_status()
            right += answer.json()["intent"]["name"] == intent
    return right, durations


if __name__ == "__main__":
    typer.run(main)
