"""`guitai test wechat`: the assistant behind a fake WeChat that fails, each in its own process."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
import yaml
from pydantic import SecretStr

from assistant.errors import SettingsError
from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.child import end
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.cli.wechat_process import PlatformProcess, wechat_process
from channels.rendering import wording
from channels.settings import Settings
from evals.printing import print_json, print_table, say
from evals.wechat.judge import Verdict, quantile
from evals.wechat.people import Crowd, Plan, Tell, learn
from evals.wechat.wire import wire_to

_PREPARED: Final = ("models", "vectors", "index", "converted")
_START_S: Final = 240.0
_END_S: Final = 15.0
_MOST_HANDLED_MS: Final = 1000.0
EXAMPLE: Final = (
    "\b\nExample:\n  guitai test wechat --messages 500\n"
    "  guitai test wechat --messages 10000 --faults 0.05 --seed 7 --json\n\n"
    "Exit codes: 0 each answered once, 1 something lost, doubled, over quota or too slow, "
    "2 usage or configuration."
)


@dataclass(frozen=True, slots=True)
class Faulty:
    """Shares of pushes and sends that meet a fault."""

    pushes: float
    calls: float


def wechat(  # noqa: PLR0913 - a command with its options
    *,
    messages: Annotated[int, typer.Option(min=5, help="How many are written.")] = 500,
    faults: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of pushes and of sends that fail.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Same seed, same people and faults.")] = 1,
    first: Annotated[int, typer.Option(min=0, help="Number of the first person.")] = 0,
    at_once: Annotated[int, typer.Option(min=1, max=100, help="People at the same time.")] = 4,
    hasty: Annotated[
        float, typer.Option(min=0, max=1, help="Share who write on without waiting.")
    ] = 0.0,
    database: Annotated[str | None, typer.Option(help="PostgreSQL; default: SQLite.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="File for the figures so far, after each 500.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Many people write through a platform that retries and fails; count what each saw.

    Assistant, sandbox bank and platform run in processes of their own; people use the service
    account, the mini program's chat and WeCom customer service.
    """
    plan = Plan(messages=messages, seed=seed, first=first, at_once=at_once, hasty=hasty)
    with ExitStack() as stack:
        tell = stack.enter_context(bar("messages"))
        platform = stack.enter_context(_running(read_settings(), database))
        found = asyncio.run(_run(plan, Faulty(faults, faults), platform, tell, save))
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    is_fast = quantile(found.handled_ms, 99) <= _MOST_HANDLED_MS
    raise typer.Exit(exits.OK if found.is_good and is_fast else exits.FINDINGS)


async def _run(
    plan: Plan, faulty: Faulty, platform: PlatformProcess, tell: Tell | None, save: Path | None
) -> Verdict:
    release = load_release(read_settings().content_dir)
    recap = wording(release, release.locale)("utter_channel_recap")
    questions = yaml.safe_load(_file("questions.yml").read_text(encoding="utf-8"))
    async with wire_to(platform.phone) as wire:
        signs = await learn(wire, questions)
        await wire.do("faults", push_rate=faulty.pushes, call_rate=faulty.calls)
        crowd = Crowd(wire, plan, questions, signs, recap)
        return await crowd.run(tell, None if save is None else _saver(save))


def _saver(path: Path) -> Any:
    def write(verdict: Verdict) -> None:
        path.write_text(json.dumps(verdict.as_json(), ensure_ascii=False, indent=1), "utf-8")

    return write


@contextmanager
def _running(settings: Settings, database: str | None) -> Iterator[PlatformProcess]:
    """The platform, and the assistant with its sandbox bank, over an empty database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guitai-wechat-")))
        for name in _PREPARED:
            if (settings.data_dir / name).exists():
                shutil.copytree(settings.data_dir / name, folder / name)
        own = settings.model_copy(update={"port": _free_port(), "wechat_phone_port": 0})
        own, platform = stack.enter_context(wechat_process(own))
        accounts = _environment(own)
        if database is not None:
            accounts["GUITAI_DATABASE_URL"] = database
        stack.enter_context(_assistant(folder, own.port, accounts))
        yield platform


@contextmanager
def _assistant(folder: Path, port: int, accounts: dict[str, str]) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUITAI_")}
    log = folder / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "channels.cli", "serve", "--with-sandbox"],
            env={
                **kept,
                **accounts,
                "GUITAI_DATA_DIR": str(folder),
                "GUITAI_PORT": str(port),
                "GUITAI_SANDBOX_PORT": str(_free_port()),
            },
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}/healthz", log)
        yield
    finally:
        end(process, _END_S)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    msg = f"The assistant did not start:\n{log.read_text(encoding='utf-8')[-2000:]}"
    raise SettingsError(msg)


def _environment(settings: Settings) -> dict[str, str]:
    """What names the accounts, as variables of another process."""
    found = {}
    for name in settings.model_fields_set:
        if name == "public_url" or name.startswith(("wechat_", "wecom_")):
            value = getattr(settings, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            found[f"GUITAI_{name.upper()}"] = text
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _file(name: str) -> Any:
    return files("evals.wechat").joinpath(name)


def _print(found: Verdict) -> None:
    handled, told = found.handled_ms, found.told_ms
    rows = [
        ("answered once", found.answered_once),
        ("of these, begun otherwise", found.otherwise),
        ("lost", found.lost),
        ("cut off at every try by the platform", found.never_arrived),
        ("doubled", found.doubled),
        ("over quota", found.quota_breaches),
        ("recapitulated after a fault", found.recapped),
        ("told “not available” by the platform", found.sorry),
        ("pushes / sends", f"{found.pushes} / {found.sends}"),
        ("faults", ", ".join(f"{name} {times}" for name, times in found.faults.items())),
        ("push handled, p50 / p99 ms", f"{quantile(handled, 50)} / {quantile(handled, 99)}"),
        ("answer seen, p50 / p99 ms", f"{quantile(told, 50)} / {quantile(told, 99)}"),
    ]
    print_table(f"{found.messages} messages", ("what", "number"), rows)
    for each in found.findings:
        say(each)
