"""A Rasa server trained on a pack's examples, in a Python of its own: made, started, stopped."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import socket
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import yaml
from pydantic import JsonValue

from assistant.errors import SettingsError
from assistant.model.release import Example
from assistant.ports import Clock
from channels.cli.child import end

_FORMAT: Final = "3.1"
_START_S: Final = 300.0
_POLL_S: Final = 0.5
_STOP_S: Final = 30.0
_RANKED: Final = 10
_WIDTH: Final = 10_000
"""Characters of a line: an example is one line, whatever its length."""
_KB_A_MB: Final = 1024
_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrainedRasa:
    """A trained project.

    Attributes:
        folder: Holds configuration, examples and model.
        train_s: Time of the training command, imports included, seconds.
    """

    python: Path
    folder: Path
    train_s: float


@dataclass(frozen=True, slots=True)
class RunningRasa:
    """A server that answers.

    Attributes:
        start_s: From the command to the first answer, seconds.
    """

    url: str
    token: str
    start_s: float
    pid: int

    def memory_mb(self) -> float:
        """Memory the server holds now, MB."""
        return resident_mb(Path(f"/proc/{self.pid}"))


def resident_mb(process: Path) -> float:
    """Memory a process holds, MB, by its folder under /proc."""
    found = _RESIDENT.search((process / "status").read_text(encoding="utf-8"))
    return round(int(found[1]) / _KB_A_MB, 1) if found else 0.0


def write_project(
    folder: Path, examples: Iterable[Example], epochs: int, language: str = "zh"
) -> None:
    """Write `config.yml`, `domain.yml` and `nlu.yml`.

    The pipeline is Rasa's default one, with its tokenizer for Chinese where `language` is zh.
    There is no FallbackClassifier: our thresholds judge the ranking.
    """
    by_intent: defaultdict[str, list[str]] = defaultdict(list)
    entities: set[str] = set()
    for example in examples:
        by_intent[example.intent].append(_marked(example))
        entities |= {entity for _, _, entity, _ in example.entities}
    nlu: list[JsonValue] = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in sorted(by_intent.items())
    ]
    pipeline: list[JsonValue] = [
        {"name": "JiebaTokenizer" if language == "zh" else "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "ranking_length": _RANKED},
        {"name": "EntitySynonymMapper"},
    ]
    files: dict[str, dict[str, JsonValue]] = {
        "config.yml": {"recipe": "default.v1", "language": language, "pipeline": pipeline},
        "domain.yml": {
            "version": _FORMAT,
            "intents": [*sorted(by_intent)],
            "entities": [*sorted(entities)],
        },
        "nlu.yml": {"version": _FORMAT, "nlu": nlu},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        # Rasa looks for lines that begin with `nlu:` and skips a file without, JSON included.
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=_WIDTH)
        (folder / name).write_text(text, encoding="utf-8")


def train(python: Path, folder: Path, clock: Clock) -> TrainedRasa:
    """Train on a written project.

    Raises:
        SettingsError: The command failed; with the last of what it said.
    """
    command = [str(python), "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml"]
    command += ["--config", "config.yml", "--domain", "domain.yml", "--out", "models"]
    started = clock.monotonic_ms()
    try:
        done = subprocess.run(  # noqa: S603 - the Python the operator named
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError as error:
        msg = f"{python} cannot be run."
        raise SettingsError(msg) from error
    if done.returncode != 0:
        msg = f"`rasa train` failed:\n{done.stderr[-2000:]}"
        raise SettingsError(msg)
    if not any((folder / "models").glob("*.tar.gz")):
        msg = f"`rasa train` made no model:\n{done.stdout[-2000:]}"
        raise SettingsError(msg)
    return TrainedRasa(python, folder, (clock.monotonic_ms() - started) / 1000)


@asynccontextmanager
async def started(trained: TrainedRasa, clock: Clock) -> AsyncIterator[RunningRasa]:
    """Serve a trained model on a free port of this machine, behind a token.

    Raises:
        SettingsError: The server ended, or did not answer in time.
    """
    token, port = secrets.token_urlsafe(16), _free_port()
    command = [str(trained.python), "-m", "rasa", "run", "--enable-api", "--model", "models"]
    command += ["--interface", "127.0.0.1", "--port", str(port), "--auth-token", token]
    began = clock.monotonic_ms()
    with (trained.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=trained.folder, stdout=log, stderr=log)  # noqa: ASYNC220, S603 - returns at once; the Python the operator named
    url = f"http://127.0.0.1:{port}"
    try:
        await _answers(url, token, process, clock)
        start_s = (clock.monotonic_ms() - began) / 1000
        yield RunningRasa(url, token, start_s, process.pid)
    finally:
        await asyncio.to_thread(end, process, _STOP_S)


async def _answers(url: str, token: str, process: subprocess.Popen[bytes], clock: Clock) -> None:
    until = clock.monotonic_ms() + _START_S * 1000
    async with httpx.AsyncClient(trust_env=False) as client:
        while process.poll() is None and clock.monotonic_ms() < until:
            try:
                answer = await client.get(f"{url}/status", params={"token": token})
            except httpx.TransportError:
                await asyncio.sleep(_POLL_S)
                continue
            if answer.is_success:
                return
            await asyncio.sleep(_POLL_S)
    msg = "The Rasa server did not come up; see server.log in its folder."
    raise SettingsError(msg)


def _marked(example: Example) -> str:
    """A sentence in Rasa's annotation, `[words]{"entity": …, "value": …}`, on one line."""
    text = example.text
    for first, last, entity, value in sorted(example.entities, reverse=True):
        mark: dict[str, JsonValue] = {"entity": entity}
        if value != text[first:last]:
            mark["value"] = value
        label = json.dumps(mark, ensure_ascii=False)
        text = f"{text[:first]}[{text[first:last]}]{label}{text[last:]}"
    return " ".join(text.split())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
