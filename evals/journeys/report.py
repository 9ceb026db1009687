"""`guitai simulate --channels` and `--misheard`: runs and their controls, for all to read."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from channels.bootstrap import make_brain
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from evals.journeys.judge import KINDS
from evals.journeys.misheard import Count
from evals.journeys.misheard import run as run_calls
from evals.journeys.runs import Report, Run, Tell
from evals.printing import print_json, print_table, say

__all__ = ["Run", "run", "run_misheard"]

_CONTROL: Final = "control"
_CONTROLS: Final = 10
"""Journeys of customers who begin anew in each channel, of which some must be seen to go wrong."""


def run(asked: Run, *, control: bool, as_json: bool) -> bool:
    """Run, print, and say whether all is right and the control went wrong as it must."""
    with bar("embedding") as progress:
        brain = make_brain(read_settings(), progress)
    reports: dict[str, Report] = {}
    with bar("journeys") as tell:
        reports["journeys"] = asyncio.run(asked.run(brain, tell))
    if control and asked.first == 0:
        anew = Run(seed=asked.seed, episodes=_CONTROLS, starts_anew=True)
        reports[_CONTROL] = asyncio.run(anew.run(brain))
    if as_json:
        print_json({name: report.as_json() for name, report in reports.items()})
    else:
        for name, report in reports.items():
            _print(name, report)
    return _is_good(reports)


def run_misheard(asked: Run, *, control: bool, as_json: bool) -> bool:
    """Calls with misheard figures, printed; whether none did what was not meant."""
    with bar("embedding") as progress:
        brain = make_brain(read_settings(), progress)

    def counted(*, calls: int, listens: bool, tell: Tell | None = None) -> Count:
        one = run_calls(
            brain, calls=calls, seed=asked.seed, first=asked.first, listens=listens, tell=tell
        )
        return asyncio.run(one)

    with bar("calls") as tell:
        counts = {"calls": counted(calls=asked.episodes, listens=True, tell=tell)}
    if control:
        counts[_CONTROL] = counted(calls=asked.episodes, listens=False)
    if as_json:
        print_json({name: count.as_json() for name, count in counts.items()})
    else:
        for name, count in counts.items():
            rows = [(k.replace("_", " "), v) for k, v in count.as_json().items() if k != "failures"]
            print_table(name, ("", "count"), rows)
        say("The control's callers say yes to whatever is read: what that does must be seen here.")
    is_blind = control and not counts[_CONTROL].ends["wrong"]
    return not counts["calls"].ends["wrong"] and not is_blind


def _is_good(reports: dict[str, Report]) -> bool:
    control = reports.get(_CONTROL)
    is_blind = control is not None and not (control.count("split") and control.count("doubled"))
    return not reports["journeys"].failures and not is_blind


def _print(name: str, report: Report) -> None:
    shown = report.as_json()
    skipped = {"failures", "tasks", "channels_used", "seed", "first", "database", "workers"}
    rows: list[tuple[str, Any]] = [
        (key.replace("_", " "), value)
        for key, value in shown.items()
        if key not in skipped and key.replace("_", " ") not in KINDS
    ]
    rows += [(f"— {kind}", report.count(kind)) for kind in KINDS]
    title = f"{name}: {report.total} on {report.database}, {report.workers} worker(s)"
    print_table(title, ("", "count"), rows)
    if name == _CONTROL:
        say("The control's customers begin anew in each channel: what that does must be seen here.")
        return
    for each in report.failures:
        for one in each.findings:
            say(f"{one.kind}: journey {each.number}: {one.detail}")
        say(
            f"  again: guitai simulate --channels --seed {report.seed} --first {each.number}"
            " --episodes 1"
        )
