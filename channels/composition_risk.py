"""Risk, joined: the scam detector of a pack and its fitting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from actions.bank.port import BankApi
from actions.risk.desk import RiskDesk
from actions.risk.engine import RiskEngine
from actions.risk.scam import ScamDetector, ScamModel
from actions.risk.scam_fit import (
    EXAMPLES,
    MODEL,
    ScamExample,
    fit_model,
    fitted_from,
    read_examples,
)
from actions.risk.store import RiskStore
from assistant.errors import ContentError
from assistant.model.release import Release
from assistant.ports import Clock
from assistant.ports.risk import NoScamWatch, ScamWatch
from assistant.understanding.normalise import normalise
from channels.settings import Settings
from knowledge.embedding import BUNDLED, SentenceEncoder

FOLDER: Final = Path("policies") / "risk"


def scam_watch(settings: Settings, release: Release, encoder: SentenceEncoder) -> ScamWatch:
    """The detector of the pack; hears nothing where the pack has no words or no fitted model.

    Raises:
        ContentError: The file of fitted weights is damaged.
    """
    path = settings.content_dir / FOLDER / MODEL
    if not release.risk.scam.patterns or not path.is_file():
        return NoScamWatch()
    try:
        model = ScamModel.model_validate_json(path.read_bytes())
    except ValidationError as error:
        line = f"{FOLDER / MODEL}:1: is damaged; make it anew with `guitai risk fit`"
        raise ContentError((line,)) from error
    return ScamDetector(
        words=release.risk.scam,
        model=model,
        encoder=encoder if model.encoder == encoder.fingerprint else None,
        prepare=standard_form(release),
    )


def risk_desk(release: Release, bank: BankApi, engine: AsyncEngine, clock: Clock) -> RiskDesk:
    """What decides about each change.

    Raises:
        ContentError: A decision table of the pack is wrong.
    """
    return RiskDesk(
        engine=RiskEngine.of(release.risk), store=RiskStore(engine), bank=bank, clock=clock
    )


def standard_form(release: Release) -> Callable[[str], str]:
    """The same normalisation messages get before they are understood."""
    return lambda text: normalise(text, release.lexicon.rewrites).text


def fit_scam_model(settings: Settings, release: Release) -> ScamModel:
    """Fit the pack's examples and write the weights beside them.

    Raises:
        OSError: The examples cannot be read, or the weights not written.
    """
    folder = settings.content_dir / FOLDER
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    model = fit_model(
        examples_of(settings),
        release.risk.scam,
        encoder,
        encoder.fingerprint,
        standard_form(release),
    )
    (folder / MODEL).write_text(model.model_dump_json() + "\n", encoding="utf-8")
    return model


def examples_of(settings: Settings) -> list[ScamExample]:
    """The pack's examples."""
    return read_examples(settings.content_dir / FOLDER / EXAMPLES)


def is_stale(settings: Settings, release: Release) -> bool:
    """Whether examples or words have changed since the weights were fitted."""
    path = settings.content_dir / FOLDER / MODEL
    if not path.is_file():
        return bool(release.risk.scam.patterns)
    model = ScamModel.model_validate_json(path.read_bytes())
    return model.fitted_from != fitted_from(examples_of(settings), release.risk.scam)
