"""`guitai check`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import SettingsError
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_content import check_pack
from channels.composition_polyphones import NOT_CHECKED, finds_polyphones

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="\b\nExample:\n  guitai check\n  guitai check ./our-pack --json")
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The pack; by default the one of GUITAI_CONTENT_DIR.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a content pack: file, line, field, what is wrong and what would fix it.

    Errors refuse the pack and give exit code 1; warnings do not.
    """
    settings = read_settings()
    pack = folder or settings.content_dir
    if not pack.is_dir():
        msg = f"{pack}: not a folder (argument, or GUITAI_CONTENT_DIR)"
        raise SettingsError(msg)
    findings = check_pack(settings.model_copy(update={"content_dir": pack.absolute()}))
    if not finds_polyphones():
        typer.echo(f"info: {NOT_CHECKED}", err=True)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        body = {"ok": not errors, "findings": [dataclasses.asdict(item) for item in findings]}
        print(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding}")
        print(f"{pack}: {errors} error(s), {len(findings) - errors} warning(s)")
    raise typer.Exit(exits.FINDINGS if errors else exits.OK)
