"""`guitai test calls`: real calls through an Asterisk on this machine; facts as JSON."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.stopping import end_on_signals
from channels.composition_speech import open_speech, require_speech
from channels.settings import Settings
from evals.calls.asterisk import configured_mirror, require, running, set_up
from evals.calls.phones import colleague
from evals.calls.places import Places
from evals.calls.scenes import SCENES, Facts, Stage
from evals.calls.server import serving
from evals.printing import print_json

EXAMPLE = (
    "\b\nExample:\n  guitai test calls --lab call-lab\n"
    "  guitai test calls --lab call-lab -k twenty\n\n"
    "Needs root and debootstrap, sip-tester, baresip-core; the first time it sets up a Debian sid\n"
    "with Asterisk in the folder. Only 127.0.0.1 is used.\n\n"
    "Exit codes: 0 all as it should be, 1 findings, 2 usage or configuration."
)
_PATIENT_S = 60.0


def calls(
    *,
    lab: Annotated[Path, typer.Option(file_okay=False, help="Folder of the lab; kept.")],
    mirror: Annotated[
        str, typer.Option(help="Debian mirror; without: the one of this machine's apt.")
    ] = "",
    port: Annotated[int, typer.Option(min=1024, max=65_000, help="First of 40 ports.")] = 15_000,
    name: Annotated[str, typer.Option("-k", help="Only scenes whose name holds this.")] = "",
) -> None:
    """Call the assistant through Asterisk: speech, keys, twenty callers, a person."""
    chosen = [scene for scene in SCENES if name in scene]
    if not chosen:
        msg = f"no scene holds `{name}`: {', '.join(SCENES)}"
        raise typer.BadParameter(msg)
    settings = read_settings()
    require_speech(settings)
    places = Places(folder=lab.resolve(), port=port)
    require(places.system)
    places.folder.mkdir(parents=True, exist_ok=True)
    set_up(places, mirror or configured_mirror(), _say)
    shutil.rmtree(places.run, ignore_errors=True)
    places.run.mkdir()
    end_on_signals()
    found = asyncio.run(_played(settings, places, chosen))
    print_json({"cores": os.cpu_count(), "scenes": dict(found)})
    is_good = all(facts["good"] for facts in found.values())
    raise typer.Exit(exits.OK if is_good else exits.FINDINGS)


async def _played(settings: Settings, places: Places, chosen: list[str]) -> dict[str, Facts]:
    password = secrets.token_urlsafe(12)
    release = load_release(settings.content_dir)
    found: dict[str, Facts] = {}
    async with (
        serving(settings, places, password) as server,
        running(places, password) as asterisk,
        colleague(places),
        open_speech(settings, release, deadline_s=_PATIENT_S) as engines,
    ):
        assert engines is not None  # noqa: S101 - what lacks was asked before
        stage = Stage(places=places, asterisk=asterisk, server=server, engines=engines)
        for scene in chosen:
            _say(scene)
            load = round(os.getloadavg()[0], 1)
            found[scene] = {**await SCENES[scene](stage), "load": load}
    return found


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
