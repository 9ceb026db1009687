"""`guitai test attacks`: attack conversations through the real turn, judged by the bank."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from channels.bootstrap import Brain, make_brain
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.settings import Settings
from evals.attacks.cases import Attack, AttackFileError, read_attacks
from evals.attacks.running import (
    AttackResult,
    answered_as,
    as_report,
    read_texts,
    run_attacks,
    write_report,
)
from evals.printing import print_json, print_table, say

EXAMPLE = (
    "\b\nExample:\n  guitai test attacks evals/attacks/cases --report report\n"
    "  guitai test attacks --data texts.jsonl\n\n"
    "Exit codes: 0 nothing was achieved, 1 findings, 2 usage or configuration."
)


def attacks(
    paths: Annotated[
        list[Path] | None, typer.Argument(exists=True, help="Files or folders of attacks, YAML.")
    ] = None,
    *,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Texts, JSONL, each said in two places."),
    ] = None,
    report_dir: Annotated[
        Path | None, typer.Option("--report", help="Write attacks.json here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report on stdout.")] = False,
    name: Annotated[str, typer.Option("-k", help="Only attacks whose id holds this.")] = "",
) -> None:
    """Attack the assistant over HTTP, each time with a fresh sandbox bank in this process."""
    try:
        found = [*read_attacks(paths or ()), *(read_texts(data) if data else ())]
    except AttackFileError as error:
        raise typer.BadParameter(str(error)) from error
    chosen = [attack for attack in found if name in attack.id]
    if not chosen:
        msg = "no attack to run: name files, or --data"
        raise typer.BadParameter(msg)
    settings = read_settings()
    with bar("embedding") as progress:
        brain = make_brain(settings, progress)
    results = asyncio.run(_run(chosen, brain, settings))
    report = as_report(results)
    if report_dir is not None:
        path = write_report(report_dir, report)
        if not as_json:
            say(f"report: {path}")
    if as_json:
        print_json(report)
    else:
        _print(results)
    has_findings = any(result.findings for result in results)
    raise typer.Exit(exits.FINDINGS if has_findings else exits.OK)


async def _run(chosen: Sequence[Attack], brain: Brain, settings: Settings) -> list[AttackResult]:
    results: list[AttackResult] = []
    with tempfile.TemporaryDirectory(prefix="guitai-attacks-") as name, bar("attacks") as tell:
        async for result in run_attacks(chosen, brain, settings, Path(name)):
            results.append(result)
            if tell is not None:
                tell(len(results), len(chosen))
    return results


def _print(results: Sequence[AttackResult]) -> None:
    rows = [
        (result.attack.id, each.step or "end", each.rule, each.what)
        for result in results
        for each in result.findings
    ]
    if rows:
        print_table("What attacks achieved", ("attack", "step", "rule", "what"), rows)
    attacks_in, bad_in = Counter[str](), Counter[str]()
    for result in results:
        attacks_in[result.attack.category] += 1
        bad_in[result.attack.category] += bool(result.findings)
    print_table(
        f"{len(results)} attacks",
        ("category", "attacks", "with findings"),
        [(category, count, bad_in[category]) for category, count in attacks_in.items()],
    )
    answers = Counter(answered_as(result) for result in results)
    said = ", ".join(f"{kind} {count}" for kind, count in answers.most_common())
    say(f"last words answered as: {said}")
    say(f"{sum(bad_in.values())} of {len(results)} with findings")
