"""A measurement of understanding as JSON and as one page that needs no other host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Final

import jinja2
from pydantic import JsonValue

from assistant.model.release import Release
from evals.nlu.calibration import calibration, risk_coverage
from evals.nlu.charts import SIZE, curve, diagram, groups, matrix
from evals.nlu.measure import Read, report
from evals.nlu.values import slot_report

_TEMPLATE: Final = "report.html"


def full_report(reads: Sequence[Read], release: Release) -> dict[str, JsonValue]:
    """Everything about a measurement; the shape of `report.json`."""
    found, points = calibration(reads), risk_coverage(reads)
    return {
        "release": release.fingerprint,
        **report(reads).as_json(),
        "styles": groups((read.message.style, read) for read in reads),
        "languages": groups((read.message.lang, read) for read in reads),
        "values": slot_report(reads).as_json(),
        "calibration": {
            "error": found.error,
            "count": found.count,
            "bins": [asdict(one) for one in found.bins],
        },
        "refusals": [asdict(point) for point in points],
        "matrix": matrix(reads),
        "errors": [_error(read) for read in reads if not read.is_right],
    }


def write_understanding(folder: Path, reads: Sequence[Read], release: Release) -> Path:
    """Write `report.json` and `report.html`.

    Returns:
        The page.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    body = full_report(reads, release)
    text = json.dumps(body, ensure_ascii=False, indent=2)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    source = files("evals.nlu").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    drawn = {
        "size": SIZE,
        "dots": diagram(calibration(reads)),
        "curve": curve(risk_coverage(reads)),
    }
    page = folder / "report.html"
    page.write_text(
        environment.from_string(source).render(report=body, drawn=drawn), encoding="utf-8"
    )
    return page


def _error(read: Read) -> JsonValue:
    message = read.message
    return {
        "id": message.id,
        "text": message.text,
        "style": message.style,
        "lang": message.lang,
        "expected": message.label,
        "got": read.got,
        "confidence": round(read.confidence, 4),
        "by": read.by,
    }
