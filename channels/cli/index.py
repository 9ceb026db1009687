"""`guitai index`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from channels.cli.configuration import read_settings
from channels.cli.progress import Steps, bar
from channels.composition_content import make_index

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="\b\nExample:\n  guitai index\n  guitai index --ship")
def index(
    *,
    ship: Annotated[
        bool,
        typer.Option("--ship", help="Also write the vectors into the pack, for who installs it."),
    ] = False,
) -> None:
    """Build the knowledge index and train understanding; only what changed is embedded."""
    settings = read_settings()
    steps = Steps()
    with bar("embedding") as progress:
        report = make_index(settings, ship=ship, progress=progress)
    print(
        f"{report.documents} documents, {report.passages} passages, "
        f"{report.examples} training examples: ready in {steps.seconds():.1f} s"
    )
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    for path in report.shipped:
        print(f"written: {path}")
