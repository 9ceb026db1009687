"""`guitai risk`: the model of scam talk, decisions replayed, and the watched table."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from channels.bootstrap import load_release
from channels.cli import exits, risk_lists
from channels.cli.configuration import read_settings
from channels.composition_risk import examples_of, fit_scam_model
from channels.composition_risk_replay import Compared, replay_decisions, watched_decisions

app = typer.Typer(
    help="Fit the scam model, replay decisions, compare tables.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


app.add_typer(risk_lists.app, name="list")


@app.callback()
def risk() -> None:
    """What the bank decides about scams and risky changes, and how to try changes of it."""


@app.command(epilog="\b\nExample:\n  guitai risk fit")
def fit() -> None:
    """Fit the scam model to policies/risk/scam_examples.jsonl and write the weights."""
    settings = read_settings()
    release = load_release(settings.content_dir)
    model = fit_scam_model(settings, release)
    examples = examples_of(settings)
    scams = sum(example.scam for example in examples)
    print(f"fitted to {len(examples)} sentences, {scams} of scams ({model.fitted_from})")


@app.command(epilog="\b\nExample:\n  guitai risk shadow\n  guitai risk shadow -n 5000 --json")
def shadow(
    *,
    count: Annotated[int, typer.Option("-n", min=1, help="Last decisions to look at.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a difference.")] = False,
) -> None:
    """Where the watched table (policies/risk/challenger) would have decided otherwise."""
    _show(asyncio.run(watched_decisions(read_settings(), count)), as_json=as_json)


@app.command(epilog="\b\nExample:\n  guitai risk replay new-rules.yml -n 5000")
def replay(
    table: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A decision table.")],
    *,
    count: Annotated[int, typer.Option("-n", min=1, help="Last decisions to look at.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, one line a difference.")] = False,
) -> None:
    """What a table would have said to the last decisions, before it comes into force."""
    settings = read_settings()
    release = load_release(settings.content_dir)
    _show(asyncio.run(replay_decisions(settings, release, table, count)), as_json=as_json)


def _show(compared: list[Compared], *, as_json: bool) -> None:
    others = [each for each in compared if each.was != each.would_be]
    if as_json:
        for each in others:
            print(json.dumps(each.as_json(), ensure_ascii=False))
        raise typer.Exit(exits.OK)
    print(f"{len(compared)} decisions, {len(others)} otherwise")
    for (was, would_be), times in Counter((o.was, o.would_be) for o in others).most_common():
        print(f"  {times:5}  {was} → {would_be}")
    for each in others[:20]:
        codes = ", ".join(each.codes)
        print(f"  {each.at:%Y-%m-%d %H:%M}  {each.action}  {each.was} → {each.would_be}  ({codes})")
    raise typer.Exit(exits.OK)
