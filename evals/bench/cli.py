"""`guitai bench`: the project measured against its budgets on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Annotated, Final

import typer
from pydantic import JsonValue

from assistant.errors import SettingsError
from channels.bootstrap import Brain, make_brain
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_speech import HOW
from channels.settings import Settings
from evals.bench.answers import measure_answers
from evals.bench.chain import measure_chain
from evals.bench.gateway import measure_gateway
from evals.bench.ingest import measure_ingest
from evals.bench.measure import Measure
from evals.bench.nlu import nlu
from evals.bench.risk import measure_risk
from evals.bench.start import measure_service
from evals.bench.turns import measure_decisions, measure_read_turns
from evals.printing import print_json, print_table

bench_app = typer.Typer(rich_markup_mode=None, add_completion=False)

IDLE: Final = 200
IDLE_FULL: Final = 2000
"""Least number of idle WebSocket conversations one process must hold."""
_NAMES: Final = ("turns", "reads", "answers", "ingest", "service", "risk", "chain", "gateway")


@bench_app.callback(
    invoke_without_command=True,
    epilog="\b\nExample:\n  guitai bench\n  guitai bench --only turns --json\n"
    "  guitai bench --only service --full\n\n"
    "Exit codes: 0 within all budgets, 1 over one, 2 usage or configuration.",
)
def bench(
    context: typer.Context,
    *,
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(_NAMES)}; repeatable.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="2,000 idle WebSocket conversations instead of 200.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Measure against the budgets: turns, read actions, answers, start, memory, connections."""
    if context.invoked_subcommand is not None:
        return
    wanted = tuple(only or _NAMES)
    unknown = [name for name in wanted if name not in _NAMES]
    if unknown:
        msg = f"--only {unknown[0]} is not known; one of {', '.join(_NAMES)}"
        raise typer.BadParameter(msg)
    measures = asyncio.run(_measure(wanted, connections=IDLE_FULL if full else IDLE))
    if as_json:
        rows: list[JsonValue] = [measure.as_json() for measure in measures]
        print_json(rows)
    else:
        _print(measures)
    good = all(measure.is_ok for measure in measures)
    raise typer.Exit(exits.OK if good else exits.FINDINGS)


bench_app.command(
    epilog="\b\nExample:\n  guitai bench nlu --data banking77\n"
    "  guitai bench nlu --data banking77 --few --json",
)(nlu)


def _of_voice(name: str, context: typer.Context) -> None:
    """Run a benchmark that needs the voice extra."""
    try:
        module = import_module(f"evals.bench.{name}")
    except ImportError as error:
        msg = f"speech is not installed: {HOW}"
        raise SettingsError(msg) from error
    measured = typer.Typer(rich_markup_mode=None, add_completion=False)
    measured.command()(getattr(module, name))
    measured(context.args, prog_name=f"guitai bench {name}", standalone_mode=False)


@bench_app.command(
    epilog="\b\nExample:\n  guitai bench voice --data clips\n  guitai bench voice --calls 20",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def voice(context: typer.Context) -> None:
    """Recognition, readings and spoken wishes; needs the voice extra."""
    _of_voice("voice", context)


@bench_app.command(
    epilog="\b\nExample:\n  guitai bench calls --at-once 4",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def calls(context: typer.Context) -> None:
    """Calls at once in real time: waiting, stopping, gaps; needs the voice extra."""
    _of_voice("calls", context)


async def _measure(wanted: tuple[str, ...], *, connections: int) -> list[Measure]:
    settings = read_settings()
    measures: list[Measure] = []
    if any(name in _RUN for name in wanted):
        with bar("embedding") as progress:
            brain = await asyncio.to_thread(make_brain, settings, progress)
        for name in wanted:
            if name in _RUN:
                measures.extend(await _RUN[name](brain, settings, connections))
    if "chain" in wanted:
        measures.extend(await measure_chain())
    return measures


async def _turns(brain: Brain, _: Settings, __: int) -> list[Measure]:
    return [await measure_decisions(brain)]


async def _reads(brain: Brain, settings: Settings, _: int) -> list[Measure]:
    return [await measure_read_turns(brain, settings)]


async def _answers(brain: Brain, settings: Settings, _: int) -> list[Measure]:
    return await measure_answers(brain, settings)


async def _ingest(brain: Brain, settings: Settings, _: int) -> list[Measure]:
    return await asyncio.to_thread(measure_ingest, brain, settings)


async def _gateway(brain: Brain, settings: Settings, _: int) -> list[Measure]:
    return [await measure_gateway(brain, settings)]


async def _service(_: Brain, settings: Settings, connections: int) -> list[Measure]:
    return await measure_service(settings, connections)


_RUN: Final[dict[str, Callable[[Brain, Settings, int], Awaitable[list[Measure]]]]] = {
    "turns": _turns,
    "reads": _reads,
    "answers": _answers,
    "ingest": _ingest,
    "service": _service,
    "gateway": _gateway,
    "risk": measure_risk,
}


def _print(measures: list[Measure]) -> None:
    rows = [
        (
            one.name,
            f"{one.p50:g} {one.unit}",
            "" if one.p99 is None else f"{one.p99:g} {one.unit}",
            " / ".join(f"{b:g}" for b in (one.budget_p50, one.budget_p99) if b is not None),
            "" if one.ratio is None else f"{one.ratio:.2f}",
            "ok" if one.is_ok else "over",
            f"{one.peer[0]}: {one.peer[1]:g} {one.unit}" if one.peer else "",
            one.note,
        )
        for one in measures
    ]
    heads = ("measure", "p50", "p99", "budget", "ratio", "", "peer (p50)", "note")
    print_table("Against the budgets (ratio below 1 is within)", heads, rows)
