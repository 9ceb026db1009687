"""`guitai simulate`: simulated customers; with `--faults`, what they are told when things break."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from channels.bootstrap import Brain, load_release, make_brain
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from evals.journeys import report as journeys
from evals.journeys.tour import tour as play_tour
from evals.printing import print_json, print_table, say
from evals.simulate.kills import KillRun
from evals.simulate.people import simulate_people
from evals.simulate.people_report import print_people, write_people
from evals.simulate.plan import Fault
from evals.simulate.runs import KINDS, Report, Run, negative_control
from evals.simulate.worker import payload_brain

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_PEOPLE: Final = 20
_FAULTS: Final = 1000
_CONTROL: Final = "control"


@dataclass(frozen=True, slots=True)
class People:
    """Which simulated customers."""

    episodes: int
    seed: int
    first: int


@app.command(
    epilog="\b\nExample:\n  guitai simulate --episodes 50 --seed 7\n"
    "  guitai simulate --faults --episodes 10000 --kill 500 --json\n"
    "  guitai simulate --faults --seed 7 --first 4711 --episodes 1\n"
    "  guitai simulate --channels --episodes 200 --seed 1\n"
    "  guitai simulate --misheard --episodes 200 --seed 1\n\n"
    "Exit codes: 0 nothing found, 1 something unconfirmed, lost, doubled or told wrongly, or the\n"
    "negative control saw nothing; 2 usage or configuration.",
)
def simulate(  # noqa: PLR0913 - a command with its options
    *,
    episodes: Annotated[
        int | None, typer.Option(min=1, help="How many; 20 customers, 1,000 faults or 20 tasks.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same run.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults", help="Break things and hold words against books.")
    ] = False,
    channels: Annotated[
        bool, typer.Option("--channels", help="One task each, moved between web, WeChat, phone.")
    ] = False,
    misheard: Annotated[
        bool, typer.Option("--misheard", help="Calls in which figures are heard wrongly.")
    ] = False,
    redis_url: Annotated[
        str | None,
        typer.Option(help="With --database: two workers on PostgreSQL and this."),
    ] = None,
    tour: Annotated[
        bool, typer.Option("--tour", help="With --channels: one task, told step by step.")
    ] = False,
    first: Annotated[int, typer.Option(min=0, help="Number of the first episode.")] = 0,
    kill: Annotated[
        int, typer.Option(min=0, help="Also kill this many real processes (SIGKILL).")
    ] = 0,
    database: Annotated[
        str | None,
        typer.Option(help="PostgreSQL server for scratch databases; default: SQLite."),
    ] = None,
    fault: Annotated[
        str | None, typer.Option(help="Only this fault, such as kill_after or lease.")
    ] = None,
    control: Annotated[
        bool, typer.Option(help="Also a bank without idempotency, where duplicates must be seen.")
    ] = True,
    report: Annotated[
        Path | None,
        typer.Option(help="Folder for the customers' report and transcripts.", file_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report on stdout.")] = False,
) -> None:
    """Simulated customers, each against a fresh sandbox bank.

    Students, farmers, seniors, rude ones and those who change their mind come with the tasks of
    the bank; how each ended is judged by the bank's journal and records.

    With --faults every episode is a confirmed transfer around which something breaks; the real
    turn, gateway and ledger run, and in the end what the customer was told is held against the
    bank's journal.

    With --channels every episode is one task that moves between web, WeChat and telephone at any
    point, also in the middle of a question, with a yes in two channels at once, or a channel that
    dies; the books must be right and nothing asked twice.

    With --misheard every episode is a telephone call on a line that confuses numerals; what takes
    effect must be what the caller meant.
    """
    if channels and tour:
        raise typer.Exit(exits.OK if play_tour() else exits.FINDINGS)
    if channels or misheard:
        run_journeys = journeys.Run(
            seed=seed,
            episodes=episodes or _PEOPLE,
            first=first,
            database=database,
            redis_url=redis_url,
        )
        play = journeys.run_misheard if misheard else journeys.run
        is_right = play(run_journeys, control=control, as_json=as_json)
        raise typer.Exit(exits.OK if is_right else exits.FINDINGS)
    if not faults:
        run_people = People(episodes or _PEOPLE, seed, first)
        _people(run_people, as_json=as_json, report=report)
        return
    settings = read_settings()
    brain = payload_brain(load_release(settings.content_dir))
    run = Run(
        seed=seed,
        episodes=episodes or _FAULTS,
        first=first,
        database=database,
        only=_fault(fault),
    )
    reports = asyncio.run(_faults(run, brain, kill, control=control and first == 0))
    if as_json:
        print_json({name: report.as_json() for name, report in reports.items()})
    else:
        _print(reports)
    raise typer.Exit(exits.OK if _is_good(reports) else exits.FINDINGS)


async def _faults(run: Run, brain: Brain, kill: int, *, control: bool) -> dict[str, Report]:
    reports: dict[str, Report] = {}
    if kill:  # first: see `evals.simulate.kills`
        with bar("killed processes") as tell:
            kills = KillRun(seed=run.seed, kills=kill, first=run.first, database=run.database)
            reports["kills"] = await kills.run(brain, tell)
    with bar("fault episodes") as tell:
        reports["faults"] = await run.run(brain, tell)
    if control:
        reports[_CONTROL] = await negative_control(brain, run.seed, run.database)
    return reports


def _is_good(reports: dict[str, Report]) -> bool:
    found = any(report.failures for name, report in reports.items() if name != _CONTROL)
    blind = _CONTROL in reports and not reports[_CONTROL].count("doubled")
    return not found and not blind


def _fault(name: str | None) -> Fault | None:
    if name is None:
        return None
    known = {each.name.lower(): each for each in Fault}
    if name not in known:
        msg = f"--fault {name} is not known; one of {', '.join(known)}"
        raise typer.BadParameter(msg)
    return known[name]


def _print(reports: dict[str, Report]) -> None:
    for name, report in reports.items():
        rows: list[tuple[str, Any]] = list(report.episodes.most_common())
        rows += [(f"— {kind}", report.count(kind)) for kind in KINDS]
        rate = report.total / report.seconds if report.seconds else 0.0
        title = f"{name}: {report.total} episodes on {report.database}, {rate:.1f}/s"
        if report.kills:
            title += f", {report.kills} processes killed"
        print_table(title, ("fault", "episodes"), rows)
        if name == _CONTROL:
            say("The control's bank does not honour keys: what it doubles must be seen here.")
            continue
        for each in report.failures:
            for one in each.findings:
                say(f"{one.kind}: episode {each.number} ({each.fault}): {one.detail}")
            extra = f" --database {'URL'}" if report.database != "sqlite" else ""
            say(
                f"  again: guitai simulate --faults --seed {report.seed} --first {each.number}"
                f" --episodes 1{extra}"
            )


def _people(run: People, *, as_json: bool, report: Path | None) -> None:
    settings = read_settings()
    with bar("embedding") as progress:
        brain = make_brain(settings, progress)
    with bar("customers") as tell:
        found = asyncio.run(
            simulate_people(brain, settings, run.episodes, run.seed, tell, run.first)
        )
    if report is not None:
        write_people(report, found, run.seed)
    if as_json:
        print_json([each.as_json() for each in found])
    else:
        print_people(found, run.seed)
    is_wrong = any(each.faults for each in found)
    raise typer.Exit(exits.FINDINGS if is_wrong else exits.OK)
