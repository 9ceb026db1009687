"""`guitai verify-log`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import SettingsError
from assistant.notary.evidence import check_evidence
from assistant.notary.findings import Report
from assistant.notary.roots import public_key
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_evidence import verify_log as check_log

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai verify-log\n  guitai verify-log --key 5f1c… --json\n"
    "  guitai verify-log --file evidence.json --key 5f1c…\n\n"
    "Exit codes: 0 whole, 1 a broken link, 2 usage or configuration.",
)
def verify_log(
    *,
    key: Annotated[
        list[str] | None,
        typer.Option(
            help="Public key of the roots, hexadecimal; after a rotation several, oldest first; "
            "else this deployment's."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Check an exported conversation instead."),
    ] = None,
    without_keys: Annotated[
        bool,
        typer.Option("--without-keys", help="Do without the master key: chain and roots only."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check the hash chain of every conversation and the signed roots; name the first broken link.

    Nothing is written. Contents that were erased on request leave the chain whole.
    """
    if file is not None:
        report = _of_file(file, _keys(key))
    else:
        settings = read_settings()
        report = asyncio.run(check_log(settings, _keys(key), with_keys=not without_keys))
    if as_json:
        print(json.dumps(_body(report), ensure_ascii=False))
    else:
        _print(report)
    raise typer.Exit(exits.FINDINGS if report.findings else exits.OK)


def _keys(given: list[str] | None) -> tuple[str, ...]:
    return tuple(public_key(key) for key in given or ())


def _of_file(path: Path, trusted: tuple[str, ...]) -> Report:
    if not trusted:
        msg = "a file is checked with --key, the public key of the roots"
        raise typer.BadParameter(msg)
    try:
        evidence = json.loads(path.read_bytes())
        return check_evidence(evidence, trusted)
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{path.name} is no file that `guitai evidence` wrote."
        raise SettingsError(msg) from error


def _body(report: Report) -> dict[str, Any]:
    findings = [asdict(each) for each in report.findings]
    first = findings[0] if findings else None
    return {"ok": not findings, "first_broken": first, **asdict(report)}


def _print(report: Report) -> None:
    print(
        f"{report.events} events in {report.conversations} conversation(s), "
        f"{report.roots} signed root(s), {report.keys} key(s), "
        f"{report.register} entries of the register"
    )
    if report.erased:
        print(f"{report.erased} events are erased or restricted; their links hold")
    if report.unsealed:
        print(f"{report.unsealed} events came after the last root: a cut there would not be seen")
    for note in report.notes:
        print(note)
    if not report.findings:
        print("whole: no link is broken")
        return
    print(f"first broken link: {report.findings[0]}")
    for each in report.findings[1:]:
        print(f"  also: {each}")
