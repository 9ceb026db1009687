"""Telephones that are programs: baresip speaks and hears, sipp calls by the dozen."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from evals.calls.places import TEMPLATES, Places, filled
from evals.calls.tape import RATE, Tape
from evals.calls.wiretap import Recorded, recorded, tapped

_BYTES: Final = 2
_MODULES: Final = "/usr/lib/baresip/modules"
_SIPP_SPARE_S: Final = 60


async def speaking_caller(places: Places, number: str, sound: bytes, name: str) -> Recorded:
    """Call with baresip, play the sound from the answer on, and stay until it is over.

    Args:
        places: Of the lab.
        number: Called.
        sound: Samples at 8 kHz.
        name: Of the folder the recordings are left in.
    """
    folder = places.run / name
    folder.mkdir(parents=True)
    write_wav(folder / "caller.wav", sound)
    values = {
        **places.values(""),
        "SOUND": str(folder / "caller.wav"),
        "MODULES": _MODULES,
    }
    for part in ("config", "accounts"):
        text = filled(TEMPLATES / "baresip" / part, values)
        (folder / part).write_text(text, encoding="utf-8")
    seconds = len(sound) // (_BYTES * RATE)
    ports, file = range(places.heard, places.heard + 10), folder / "call.pcap"
    async with tapped(file, ports):
        await _baresip(folder, seconds, f"/dial sip:{number}@127.0.0.1:{places.sip}")
    call = recorded(file, ports)
    write_wav(folder / "heard.wav", call.heard)
    return call


async def _baresip(folder: Path, seconds: int, command: str) -> None:
    with (folder / "baresip.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(folder), "-t", str(seconds),
            "-e", command,
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        async with asyncio.timeout(seconds + _SIPP_SPARE_S):
            await process.wait()


async def playing_callers(
    places: Places,
    number: str,
    tape: Tape,
    name: str,
    *,
    calls: int = 1,
    waits_for_end: bool = False,
) -> int:
    """Call with sipp, each caller playing the tape from the answer on.

    Args:
        places: Of the lab.
        number: Called.
        tape: Of every caller.
        name: Of the folder the log is left in.
        calls: At the same time; two begin each second.
        waits_for_end: Whether the other side ends the call; else the caller does after the tape.

    Returns:
        How many calls went as they should.
    """
    folder = places.run / name
    folder.mkdir(parents=True)
    (folder / "tape.pcap").write_bytes(tape.capture())
    ending = "is_hung_up" if waits_for_end else "hangs_up"
    values = {"MS": str(tape.ms), "SOUND": str(folder / "tape.pcap")}
    end = filled(TEMPLATES / "sipp" / f"{ending}.xml", values)
    scenario = filled(TEMPLATES / "sipp/caller.xml", {**values, "END": end})
    (folder / "caller.xml").write_text(scenario, encoding="utf-8")
    seconds = tape.ms // 1000 + calls + _SIPP_SPARE_S
    await _sipp(
        folder, seconds, "-sf", "caller.xml", f"127.0.0.1:{places.sip}", "-s", number,
        "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(places.caller + 1),
        "-m", str(calls), "-l", str(calls), "-r", "2", "-trace_stat", "-stf", "calls.csv",
    )  # fmt: skip
    return _successes(folder / "calls.csv")


@asynccontextmanager
async def colleague(places: Places) -> AsyncIterator[None]:
    """The colleague's telephone, which answers every call."""
    folder = places.run / "colleague"
    folder.mkdir(parents=True)
    with (folder / "sipp.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(places.colleague),
            "-mi", "127.0.0.1", "-mp", str(places.heard + 20), "-nostdin",
            cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            process.kill()
            await process.wait()


def write_wav(file: Path, sound: bytes) -> None:
    """Samples at 8 kHz as a file."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(_BYTES)
        out.setframerate(RATE)
        out.writeframes(sound)


async def _sipp(folder: Path, seconds: int, *arguments: str) -> None:
    with (folder / "sipp.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "sipp", *arguments, "-nostdin", "-timeout", str(seconds),
            cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        await process.wait()


def _successes(statistics: Path) -> int:
    """The last count of successful calls in sipp's statistics."""
    if not statistics.exists():
        return 0
    rows = [line.split(";") for line in statistics.read_text(encoding="utf-8").splitlines()]
    return int(rows[-1][rows[0].index("SuccessfulCall(C)")])
