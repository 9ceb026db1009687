"""Rasa's DIET against the classifier in this process, on the same examples and messages.

Rasa 3.6 needs Python 3.10 or older and an environment of its own (docs/rasa-server.md):

    python -m evals.bench.rasa_diet --rasa-python /opt/rasa/bin/python
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer
from pydantic import JsonValue

from assistant.adapters.rasa_nlu import RasaUnderstander
from assistant.adapters.system import SystemClock
from assistant.errors import SettingsError
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Understander
from assistant.understanding.local import LocalUnderstander
from channels.bootstrap import load_release, make_understander
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.settings import Settings
from evals.bench.measure import p50, p99
from evals.bench.rasa_server import RunningRasa, resident_mb, started, train, write_project
from evals.nlu.measure import read_all, report
from evals.nlu.rows import LabelledMessage, read_messages
from evals.printing import percent, print_json, print_table, say
from knowledge.embedding import BUNDLED, SentenceEncoder

_EPOCHS: Final = 100
_PATIENCE_S: Final = 30.0
"""Longest wait for one answer: the figure is wanted even where a customer would not wait."""
_WARM_UP: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """What was measured of one classifier.

    Attributes:
        accuracy: Share of messages whose first command is right, 0 to 1.
        out_of_scope_recall: Share of off-topic messages refused.
        false_refusals: Share of the others refused.
        p50_ms: Of one classification, without the rules; `p99_ms` likewise.
        memory_mb: Of the process that holds the model.
        train_s: From the examples to a usable model, seconds.
        start_s: From the command to the first answer; None for what is part of this process.
    """

    name: str
    accuracy: float
    out_of_scope_recall: float
    false_refusals: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    train_s: float
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a classifier takes: each classification in ms, memory in MB, training in seconds."""

    durations: Sequence[float]
    memory_mb: float
    train_s: float


def main(
    *,
    rasa_python: Annotated[
        Path, typer.Option(help="Python of an environment with rasa 3.6 and jieba.")
    ],
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Labelled JSONL.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of DIET.")] = _EPOCHS,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Train both on the pack's examples and read the same messages with both."""
    settings = read_settings()
    held_out = file or Path(str(files("evals"))) / "nlu" / "held_out.jsonl"
    try:
        contenders = asyncio.run(_compare(settings, rasa_python, read_messages(held_out), epochs))
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(exits.USAGE) from error
    if as_json:
        rows: list[JsonValue] = [asdict(each) for each in contenders]
        print_json(rows)
    else:
        _print(contenders, held_out)


async def _compare(
    settings: Settings, python: Path, messages: Sequence[LabelledMessage], epochs: int
) -> list[Contender]:
    clock = SystemClock()
    release = load_release(settings.content_dir)
    with tempfile.TemporaryDirectory(prefix="guitai-rasa-") as name:
        folder = Path(name)
        local, train_s = _train_local(settings, release, folder / "local", clock)
        ours = await _measure_local(local, release, messages, train_s, clock)
        write_project(folder / "rasa", release.examples, epochs)
        trained = await asyncio.to_thread(train, python, folder / "rasa", clock)
        async with started(trained, clock) as server:
            theirs = await _measure_rasa(server, local, release, messages, trained.train_s)
    return [ours, theirs]


def _train_local(
    settings: Settings, release: Release, folder: Path, clock: Clock
) -> tuple[LocalUnderstander, float]:
    """Train afresh, in a folder where nothing is remembered but the pack's own vectors."""
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    encoder.warm().join()
    alone = settings.model_copy(update={"data_dir": folder, "llm": None, "rasa_url": None})
    began = clock.monotonic_ms()
    understander = make_understander(alone, release, encoder)(clock)
    seconds = (clock.monotonic_ms() - began) / 1000
    if not isinstance(understander, LocalUnderstander):
        msg = "The local understander was expected alone."
        raise SettingsError(msg)
    return understander, seconds


async def _measure_local(
    local: LocalUnderstander,
    release: Release,
    messages: Sequence[LabelledMessage],
    train_s: float,
    clock: Clock,
) -> Contender:
    durations: list[float] = []
    for message in (*messages[:_WARM_UP], *messages):
        began = clock.monotonic_ms()
        local.classifier.classify(message.text)
        durations.append(clock.monotonic_ms() - began)
    memory = resident_mb(Path("/proc/self"))
    cost = _Cost(durations[_WARM_UP:], memory, train_s)
    return await _contender("in this process", local, release, messages, cost)


async def _measure_rasa(
    server: RunningRasa,
    local: LocalUnderstander,
    release: Release,
    messages: Sequence[LabelledMessage],
    train_s: float,
) -> Contender:
    clock = SystemClock()
    rasa = RasaUnderstander(
        local=local,
        client=httpx.AsyncClient(trust_env=False),
        url=server.url,
        token=server.token,
        timeout_s=_PATIENCE_S,
    )
    durations: list[float] = []
    for message in (*messages[:_WARM_UP], *messages):
        began = clock.monotonic_ms()
        await rasa.parse(message.text, Tracker(ConversationId(message.id)))
        durations.append(clock.monotonic_ms() - began)
    cost = _Cost(durations[_WARM_UP:], server.memory_mb(), train_s)
    theirs = await _contender("Rasa DIET", rasa, release, messages, cost)
    await rasa.aclose()
    return replace(theirs, start_s=round(server.start_s, 1))


async def _contender(
    name: str,
    understander: Understander,
    release: Release,
    messages: Sequence[LabelledMessage],
    cost: _Cost,
) -> Contender:
    figures = report(await read_all(messages, understander, release, SystemClock()))
    return Contender(
        name=name,
        accuracy=figures.accuracy,
        out_of_scope_recall=figures.out_of_scope_recall,
        false_refusals=figures.false_refusals,
        p50_ms=p50(cost.durations),
        p99_ms=p99(cost.durations),
        memory_mb=cost.memory_mb,
        train_s=round(cost.train_s, 1),
    )


def _print(contenders: Sequence[Contender], held_out: Path) -> None:
    heads = ("", "right", "off-topic refused", "wrongly refused", "p50 ms", "p99 ms", "MB")
    print_table(
        f"Understanding of {held_out.name}",
        (*heads, "train s", "start s"),
        [
            (
                each.name,
                percent(each.accuracy),
                percent(each.out_of_scope_recall),
                percent(each.false_refusals),
                each.p50_ms,
                each.p99_ms,
                each.memory_mb,
                each.train_s,
                each.start_s if each.start_s is not None else "-",
            )
            for each in contenders
        ],
    )
    say("MB: this process also holds the embedding model and the command line; Rasa's its server.")


if __name__ == "__main__":
    typer.run(main)
