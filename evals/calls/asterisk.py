"""Asterisk in a folder: a Debian sid of its own, set up once, started for a run.

Debian's stable releases have no Asterisk; sid has. Needs root, for `debootstrap` and `chroot`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.errors import SettingsError
from channels.cli.child import end
from evals.calls.places import TEMPLATES, Places, filled

PROGRAMS: Final = ("debootstrap", "sipp", "baresip", "tcpdump", "unshare", "chroot")
"""What this machine must have; Debian: debootstrap, sip-tester, baresip-core,
tcpdump, util-linux."""
_PACKAGES: Final = ("asterisk", "asterisk-modules")
_OLD_MIRROR: Final = ("-o", "Acquire::Check-Valid-Until=false")
"""A mirror may be days behind; its signature is checked all the same."""
_START_S: Final = 60.0
_STOP_S: Final = 20.0
_IN_ITS_OWN: Final = (
    'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" '
    '&& exec chroot "$1" asterisk -f -U asterisk -G asterisk -n -vvv'
)


def require(system: Path) -> None:
    """Go on only where a lab can be.

    Raises:
        SettingsError: A program is missing, or this is not root.
    """
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        msg = f"the call lab needs {', '.join(missing)}: see docs/calls.md, Real calls"
        raise SettingsError(msg)
    if os.geteuid() != 0:
        msg = f"the call lab needs root, for debootstrap and chroot in {system}"
        raise SettingsError(msg)


def configured_mirror() -> str:
    """The Debian mirror of this machine's own apt sources.

    Raises:
        SettingsError: There is none.
    """
    asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian")
    told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if not told.stdout.strip():
        msg = "this machine's apt sources name no Debian mirror: give one with --mirror"
        raise SettingsError(msg)
    return told.stdout.splitlines()[0]


def set_up(places: Places, mirror: str, say: Callable[[str], None]) -> None:
    """Make the system, unless it is there.

    Raises:
        SettingsError: The mirror did not answer, or a package could not be installed.
    """
    system = places.system
    if (system / "usr/sbin/asterisk").exists():
        return
    say(f"setting up Debian sid with Asterisk in {system}: minutes, 600 MB")
    log = places.folder / "set_up.log"
    chroot = ("chroot", str(system), "apt-get")
    steps: list[tuple[str, ...]] = [
        ("debootstrap", "--variant=minbase", "sid", str(system), mirror),
        (*chroot, *_OLD_MIRROR, "update"),
        (*chroot, "install", "-y", "--no-install-recommends", *_PACKAGES),
    ]
    if (system / "usr/bin/apt-get").exists():
        del steps[0]  # cut off after it the last time
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("wb") as out:
        for step in steps:
            done = subprocess.run(step, stdout=out, stderr=out, env=environment, check=False)  # noqa: S603 - fixed words
            if done.returncode != 0:
                msg = f"`{step[0]} … {step[-1]}` failed: see {log}"
                raise SettingsError(msg)


@dataclass(frozen=True, slots=True)
class Asterisk:
    """A running one."""

    places: Places
    log: Path
    process: subprocess.Popen[bytes]

    def noted(self, words: str) -> int:
        """How often the dialplan noted these words (`Log(NOTICE,lab …)`)."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.splitlines() if " NOTICE[" in line and ": lab " in line]
        return sum(words in line for line in lines)

    async def asked(self, command: str) -> str:
        """The answer of its console."""
        process = await asyncio.create_subprocess_exec(
            "chroot", str(self.places.system), "asterisk", "-rx", command,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        out, _ = await process.communicate()
        return out.decode("utf-8", "replace")


@asynccontextmanager
async def running(places: Places, password: str) -> AsyncIterator[Asterisk]:
    """Asterisk with the lab's configuration, while it lasts.

    Raises:
        SettingsError: It did not start.
    """
    for template in sorted((TEMPLATES / "asterisk").glob("*.conf")):
        target = places.system / "etc/asterisk" / template.name
        target.write_text(filled(template, places.values(password)), encoding="utf-8")
    log = places.run / "asterisk.log"
    command = (
        "unshare", "--mount", "--propagation", "private",
        "sh", "-c", _IN_ITS_OWN, "sh", str(places.system),
    )  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    started = Asterisk(places, log, process)
    try:
        await _wait_for(started)
        yield started
    finally:
        await asyncio.to_thread(end, process, _STOP_S)


async def _wait_for(started: Asterisk) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and started.process.poll() is None:
        if "Running" in await started.asked("module show like chan_websocket"):
            return
        await asyncio.sleep(0.5)
    msg = f"Asterisk did not start: see {started.log}"
    raise SettingsError(msg)
