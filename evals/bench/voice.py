"""`guitai bench voice`: recognition, readings, and whole spoken wishes, without a telephone.

Real clips: a folder with `transcripts.tsv` (columns `file`, `lang`, `text`) and 16 kHz WAV files;
rows of zh-CN are read. Calls: utterances that stand in no training example, spoken by several
voices, at 8 kHz with white noise 15 dB below the speech, recognised, repaired, understood.
Processor time, not wall time: comparable on a busy machine.
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

from assistant.errors import SettingsError
from assistant.model.spoken import SpokenWords
from channels.cli.configuration import read_settings
from channels.cli.understand import Context, tracker_of
from channels.composition_content import open_understander
from channels.composition_log import machine_clock
from channels.composition_speech import HOW, models_folder, repair_of, what_lacks
from channels.settings import Settings
from channels.voice.engines.features import RATE
from channels.voice.engines.kokoro import Kokoro
from channels.voice.engines.phonemes import Pronouncer
from channels.voice.engines.prompt import prompt_of
from channels.voice.engines.whisper import Reading, Whisper
from channels.voice.resample import Samples, as_float, resample
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
) -> None:
    """Errors of recognition and readings, and spoken wishes understood; JSON."""
    settings = read_settings()
    lacking = what_lacks(settings)
    if lacking:
        msg = f"speech is not installed ({', '.join(lacking)}): {HOW}"
        raise SettingsError(msg)
    print_json(asyncio.run(_measured(settings, data, calls, Reading(beam=beam, least_s=window_s))))


async def _measured(
    settings: Settings, data: Path | None, calls: int, reading: Reading
) -> dict[str, Any]:
    folder = models_folder(settings)
    release, make = open_understander(settings)
    spoken = release.lexicon.spoken
    whisper = Whisper(folder / "whisper", threads=1, reading=reading)
    told: dict[str, Any] = {"readings": misread(spoken)}
    if data is not None:
        told["clips"] = _clips(whisper, data)
    if calls:
        kokoro = Kokoro(folder / "kokoro", spoken.pronunciations, threads=1)
        clock = machine_clock()
        understander = make(clock)

        async def meant(text: str) -> str:
            understood = await understander.understand(text, tracker_of(Context(), clock), release)
            first = understood.commands[0] if understood.commands else None
            return str(getattr(first, "flow", None) or getattr(first, "command", ""))

        told["calls"] = await _calls(whisper, kokoro, spoken, meant, calls)
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


async def _calls(
    whisper: Whisper, kokoro: Kokoro, spoken: SpokenWords, meant: Meant, wanted: int
) -> dict[str, Any]:
    lines = (Path(str(files("evals"))) / "voice/calls.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [rows[at * len(rows) // wanted] for at in range(wanted)]
    repaired, prompt = repair_of(spoken), prompt_of(spoken, ())
    raw, put_right = Counted(), Counted()
    typed = said = 0
    wrong, spoke, heard_s, sound_s = [], 0.0, 0.0, 0.0
    for row in rows:
        began = time.process_time()
        pcm = kokoro.speak(row["text"], rate=TELEPHONE, voice=row["voice"])
        spoke += time.process_time() - began
        sound_s += len(pcm) / 2 / TELEPHONE
        line = noisy(as_float(pcm), int(row["noise_seed"]))
        began = time.process_time()
        heard = whisper.recognise(resample(line, TELEPHONE, RATE), prompt)
        heard_s += time.process_time() - began
        text = repaired(heard.text)
        raw.add(row["text"], heard.text)
        put_right.add(row["text"], text)
        expected = row.get("flow") or row["command"]
        typed += await meant(row["text"]) == expected
        found = await meant(text)
        said += found == expected
        if found != expected:
            wrong.append({"id": row["id"], "said": row["text"], "heard": text, "as": found})
    return {
        "calls": len(rows),
        "cer": raw.share,
        "cer_repaired": put_right.share,
        "intent_right": round(said / len(rows), 4),
        "intent_right_typed": round(typed / len(rows), 4),
        "cpu_rtf_synthesis": round(spoke / sound_s, 2),
        "cpu_s_an_utterance": round(heard_s / len(rows), 2),
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
