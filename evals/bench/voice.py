"""`guitai bench voice`: recognition, readings, and whole spoken wishes, without a telephone.

Real clips: a folder with `transcripts.tsv` (columns `file`, `lang`, `text`) and 16 kHz WAV files;
rows of zh-CN are read. Calls: utterances that stand in no training example, spoken by several
voices, at 8 kHz with white noise 15 dB below the speech, recognised, repaired, understood.
Processor time, not wall time: comparable on a busy machine. The calls are two parts by their
number: odd ones (`tuned`) were used while the reading of misheard words was built, even ones
(`held_out`) only counted.
"""

from __future__ import annotations

import asyncio
import csv
import json
import re
import time
import wave
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from pypinyin.contrib.tone_convert import to_tone3

from assistant.model.spoken import SpokenWords
from channels.cli.configuration import read_settings
from channels.cli.understand import Context, tracker_of
from channels.composition_content import open_understander
from channels.composition_log import machine_clock
from channels.composition_speech import (
    models_folder,
    repair_of,
    require_speech,
    sentences_of,
    wish_of,
)
from channels.composition_understanding import local_of
from channels.settings import Settings
from channels.voice.call_parts import Wish
from channels.voice.engines.features import RATE
from channels.voice.engines.guided import Guided
from channels.voice.engines.kokoro import Kokoro
from channels.voice.engines.phonemes import Pronouncer
from channels.voice.engines.prompt import prompt_of
from channels.voice.engines.wav import as_wav, from_wav
from channels.voice.engines.whisper import Reading, Whisper
from channels.voice.resample import Samples, as_float, resample
from channels.voice.speech import Guess, Heard
from evals.printing import print_json

TELEPHONE: Final = 8000
NOISE_DB: Final = 15
_DB: Final = 10
_BEFORE: Final = 2400
_AFTER: Final = 1600
"""Samples of noise alone before and after an utterance, as a detector leaves them."""
_PLAIN_PROMPT: Final = "以下是普通话的句子。"

Meant = Callable[[str], Awaitable[str]]
"""A text to the task or the command it is understood as."""


@dataclass(slots=True)
class Counted:
    """Character errors over a set."""

    errors: int = 0
    characters: int = 0

    def add(self, meant: str, heard: str) -> None:
        """Take one text; punctuation does not count."""
        wanted = re.sub(r"\W", "", meant)
        self.errors += distance(wanted, re.sub(r"\W", "", heard))
        self.characters += len(wanted)

    @property
    def share(self) -> float:
        """Errors for each character."""
        return round(self.errors / self.characters, 4) if self.characters else 0.0


def voice(
    *,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of real clips; without: none."),
    ] = None,
    calls: Annotated[int, typer.Option(min=0, max=200, help="Synthetic calls, spread.")] = 200,
    window_s: Annotated[float, typer.Option(min=4, max=30, help="Least window encoded.")] = 10.0,
    beam: Annotated[int, typer.Option(min=1, max=8, help="Readings followed.")] = 5,
    save: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="What was heard, a line a call; a further run goes on."),
    ] = None,
    saved_only: Annotated[
        bool, typer.Option("--saved-only", help="Judge what `--save` has so far; hear nothing.")
    ] = False,
) -> None:
    """Errors of recognition and readings, and spoken wishes understood; JSON."""
    settings = read_settings()
    require_speech(settings)
    reading = Reading(beam=beam, least_s=window_s)
    chosen = _Chosen(data, calls, reading, save, saved_only=saved_only)
    print_json(asyncio.run(_measured(settings, chosen)))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is measured; see `voice`."""

    data: Path | None
    calls: int
    reading: Reading
    save: Path | None
    saved_only: bool


async def _measured(settings: Settings, chosen: _Chosen) -> dict[str, Any]:
    folder = models_folder(settings)
    release, make = open_understander(settings)
    spoken = release.lexicon.spoken
    whisper = Whisper(folder / "whisper", threads=1, reading=chosen.reading)
    told: dict[str, Any] = {"readings": misread(spoken)}
    if chosen.data is not None:
        told["clips"] = _clips(whisper, chosen.data)
    if chosen.calls:
        kokoro = Kokoro(folder / "kokoro", spoken.pronunciations, threads=1)
        guided = Guided(folder / "whisper", whisper, sentences_of(release))
        line = _Line(whisper, guided, kokoro, prompt_of(spoken, ()), chosen.save)
        clock = machine_clock()
        understander = make(clock)

        async def meant(text: str) -> str:
            understood = await understander.understand(text, tracker_of(Context(), clock), release)
            first = understood.commands[0] if understood.commands else None
            return str(getattr(first, "flow", None) or getattr(first, "command", ""))

        ways = _Ways(
            meant=meant,
            repair=repair_of(spoken),
            wish=wish_of(release, local_of(understander).classifier),
        )
        rows = [row for row in _rows(chosen.calls) if not chosen.saved_only or line.has(row)]
        heard = [(row, line.heard(row)) for row in rows]
        told["calls"] = _costs([each for _, each in heard]) if heard else {"calls": 0}
        for part, place in (("tuned", 1), ("held_out", 0)):
            pairs = [pair for pair in heard if int(pair[0]["noise_seed"]) % 2 == place]
            if pairs:
                told["calls"][part] = await _judged(pairs, ways)
    return told


def misread(spoken: SpokenWords) -> dict[str, int]:
    """How many words of `evals/voice/readings.tsv` are misread, without and with the lexicon."""
    rows = _table(Path(str(files("evals"))) / "voice/readings.tsv")
    bare, taught = Pronouncer({}), Pronouncer(spoken.pronunciations)
    wanted = {row["word"]: [_numbered(each) for each in row["reading"].split()] for row in rows}
    return {
        "words": len(wanted),
        "without_lexicon": sum(_differs(bare, *each) for each in wanted.items()),
        "with_lexicon": sum(_differs(taught, *each) for each in wanted.items()),
    }


def _differs(pronouncer: Pronouncer, word: str, reading: list[str]) -> bool:
    """Whether a syllable is another one; a light or changed tone of the same one is none."""
    read = pronouncer.syllables(word)
    return any(
        each[:-1] != wanted[:-1] or (each[-1] not in {"5", wanted[-1]} and wanted[-1] != "3")
        for each, wanted in zip(read, reading, strict=True)
        if not (word[0] in "一不" and each[:-1] == wanted[:-1])
    )


def _numbered(syllable: str) -> str:
    return to_tone3(syllable, neutral_tone_with_five=True, v_to_u=True)


def _clips(whisper: Whisper, data: Path) -> dict[str, Any]:
    rows = [row for row in _table(data / "transcripts.tsv") if row["lang"] == "zh-CN"]
    clean, narrow, seconds, began = Counted(), Counted(), 0.0, time.process_time()
    for row in rows:
        with wave.open(str(data / row["file"])) as file:
            sound = as_float(file.readframes(file.getnframes()))
        seconds += len(sound) / RATE
        clean.add(row["text"], whisper.recognise(sound, _PLAIN_PROMPT).text)
        telephone = resample(resample(sound, RATE, TELEPHONE), TELEPHONE, RATE)
        narrow.add(row["text"], whisper.recognise(telephone, _PLAIN_PROMPT).text)
    cpu = time.process_time() - began
    return {
        "clips": len(rows),
        "seconds": round(seconds, 1),
        "clean_cer": clean.share,
        "telephone_cer": narrow.share,
        "cpu_s_an_utterance": round(cpu / (2 * len(rows)), 2),
    }


@dataclass(frozen=True, slots=True)
class _Line:
    """Says a call's words over a bad line and puts down what is heard at the other end.

    Attributes:
        save: Of what was heard before; None keeps nothing.
    """

    whisper: Whisper
    guided: Guided
    kokoro: Kokoro
    prompt: str
    save: Path | None

    def heard(self, row: dict[str, Any]) -> dict[str, Any]:
        """What was heard, and processor seconds of it.

        Returns:
            `text` and `others` of the first hearing, `again` (texts and their weights) of the
            second; `spoke_s`, `heard_s` and `again_s` for `sound_s` of sound.
        """
        known = self._saved().get(row["id"])
        if known is not None:
            return known
        began = time.process_time()
        pcm = self._spoken(row)
        spoken = time.process_time()
        line = noisy(as_float(pcm), int(row["noise_seed"]))
        sound = resample(line, TELEPHONE, RATE)
        heard = self.whisper.recognise(sound, self.prompt)
        once = time.process_time()
        guesses = self.guided.guesses(sound, self.prompt)
        told = {
            "id": row["id"],
            "text": heard.text,
            "others": list(heard.others),
            "again": [[guess.text, guess.weight] for guess in guesses],
            "spoke_s": round(spoken - began, 2),
            "heard_s": round(once - spoken, 2),
            "again_s": round(time.process_time() - once, 2),
            "sound_s": round(len(pcm) / 2 / TELEPHONE, 2),
        }
        if self.save is not None:
            with self.save.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
        return told

    def _spoken(self, row: dict[str, Any]) -> bytes:
        """The words before the noise; beside `save` they are kept, to be heard again otherwise."""
        if self.save is None:
            return self.kokoro.speak(row["text"], rate=TELEPHONE, voice=row["voice"])
        file = self.save.with_suffix("") / f"{row['id']}.wav"
        if file.is_file():
            return from_wav(file.read_bytes())[0]
        pcm = self.kokoro.speak(row["text"], rate=TELEPHONE, voice=row["voice"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_wav(pcm, TELEPHONE))
        return pcm

    def has(self, row: dict[str, Any]) -> bool:
        """Whether it was heard before."""
        return row["id"] in self._saved()

    def _saved(self) -> dict[str, dict[str, Any]]:
        if self.save is None or not self.save.is_file():
            return {}
        lines = self.save.read_text("utf-8").splitlines()
        return {row["id"]: row for row in map(json.loads, lines)}


@dataclass(slots=True)
class _Second:
    """A second hearing that was made before, and how often it was asked for."""

    guesses: tuple[Guess, ...]
    asked: int = 0

    async def __call__(self) -> tuple[Guess, ...]:
        self.asked += 1
        return self.guesses


@dataclass(frozen=True, slots=True)
class _Ways:
    """From what was heard to what is done."""

    meant: Meant
    repair: Callable[[str], str]
    wish: Wish


def _rows(wanted: int) -> list[dict[str, Any]]:
    lines = (Path(str(files("evals"))) / "voice/calls.jsonl").read_text("utf-8").splitlines()
    return [json.loads(lines[at * len(lines) // wanted]) for at in range(wanted)]


def _costs(heard: Sequence[dict[str, Any]]) -> dict[str, Any]:
    sound_s = sum(each["sound_s"] for each in heard)
    return {
        "calls": len(heard),
        "cpu_rtf_synthesis": round(sum(each["spoke_s"] for each in heard) / sound_s, 2),
        "cpu_s_an_utterance": round(sum(each["heard_s"] for each in heard) / len(heard), 2),
        "cpu_s_a_second_hearing": round(sum(each["again_s"] for each in heard) / len(heard), 2),
    }


async def _judged(
    pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], ways: _Ways
) -> dict[str, Any]:
    """Character errors and wishes understood: typed, only repaired, by sound, and as in calls."""
    raw, put_right, read = Counted(), Counted(), Counted()
    right = {"typed": 0, "repaired": 0, "by_sound": 0, "heard": 0}
    wrong, twice = [], 0
    for row, heard in pairs:
        repaired = ways.repair(heard["text"])
        first = Heard(heard["text"], others=tuple(heard["others"]))
        second = _Second(tuple(Guess(*each) for each in heard["again"]))
        text = await ways.wish(first, second)
        twice += second.asked
        for count, said in ((raw, heard["text"]), (put_right, repaired), (read, text)):
            count.add(row["text"], said)
        expected = row.get("flow") or row["command"]
        found = await ways.meant(text)
        right["typed"] += await ways.meant(row["text"]) == expected
        right["repaired"] += await ways.meant(repaired) == expected
        right["by_sound"] += await ways.meant(await ways.wish(first, None)) == expected
        right["heard"] += found == expected
        if found != expected:
            wrong.append({"id": row["id"], "said": row["text"], "heard": text, "as": found})
    return {
        "calls": len(pairs),
        "cer": raw.share,
        "cer_repaired": put_right.share,
        "cer_read": read.share,
        "intent_right_typed": round(right["typed"] / len(pairs), 4),
        "intent_right_repaired": round(right["repaired"] / len(pairs), 4),
        "heard_twice": twice,
        "intent_right_by_sound": round(right["by_sound"] / len(pairs), 4),
        "intent_right": round(right["heard"] / len(pairs), 4),
        "wrong": wrong,
    }


def noisy(sound: Samples, seed: int) -> Samples:
    """White noise under an utterance, 15 dB below its mean power."""
    padded = np.pad(sound, (_BEFORE, _AFTER))
    power = float((sound**2).mean()) / _DB ** (NOISE_DB / _DB)
    noise = np.random.default_rng(seed).standard_normal(len(padded)) * np.sqrt(power)
    mixed: Samples = (padded + noise).astype(np.float32)
    return mixed


def distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements (Levenshtein)."""
    row = list(range(len(got) + 1))
    for at, sign in enumerate(wanted, 1):
        before, row[0] = row[0], at
        for place, other in enumerate(got, 1):
            change = before + (sign != other)
            before = row[place]
            row[place] = min(row[place] + 1, row[place - 1] + 1, change)
    return row[-1]


def _table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows, delimiter="\t"))
