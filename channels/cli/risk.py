"""`guitai risk`: the model of scam talk, decisions replayed, and the watched table."""

from __future__ import annotations

import typer

from channels.bootstrap import load_release
from channels.cli.configuration import read_settings
from channels.composition_risk import examples_of, fit_scam_model
from knowledge.embedding import BUNDLED, SentenceEncoder

app = typer.Typer(
    help="Fit the scam model, replay decisions, compare tables.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


@app.callback()
def risk() -> None:
    """What the bank decides about scams and risky changes, and how to try changes of it."""


@app.command(epilog="\b\nExample:\n  guitai risk fit")
def fit() -> None:
    """Fit the scam model to policies/risk/scam_examples.jsonl and write the weights."""
    settings = read_settings()
    release = load_release(settings.content_dir)
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    model = fit_scam_model(settings, release, encoder)
    examples = examples_of(settings)
    scams = sum(example.scam for example in examples)
    print(f"fitted to {len(examples)} sentences, {scams} of scams ({model.fitted_from})")
