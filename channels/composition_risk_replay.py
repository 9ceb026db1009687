"""Decisions kept, read beside what another table says to the same inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue, ValidationError

from actions.risk.engine import RiskEngine
from actions.risk.store import Kept, RiskStore, input_of
from actions.risk.table import RuleEngine
from assistant.adapters.database import open_engine
from assistant.adapters.schema import upgrade_engine
from assistant.errors import ContentError
from assistant.model.release import Release
from assistant.model.risk import RuleTable
from channels.settings import Settings
from knowledge.content_problems import Problems
from knowledge.content_reading import Reader
from knowledge.content_risk import read_table
from knowledge.content_yaml import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One kept decision beside what another table says to the same inputs."""

    at: datetime
    action: str
    was: str
    would_be: str
    codes: tuple[str, ...]

    def as_json(self) -> dict[str, JsonValue]:
        """For `--json`."""
        return {
            "at": self.at.isoformat(),
            "action": self.action,
            "was": self.was,
            "would_be": self.would_be,
            "reason_codes": list(self.codes),
        }


async def watched_decisions(settings: Settings, count: int) -> list[Compared]:
    """The last decisions for which the watched table was heard.

    Raises:
        StoreUnavailable: The database did not answer.
    """
    return [
        Compared(
            at=each.at,
            action=each.action,
            was=each.decision,
            would_be=each.challenger_decision,
            codes=each.challenger_codes,
        )
        for each in await _latest(settings, count)
        if each.challenger_decision is not None
    ]


async def replay_decisions(
    settings: Settings, release: Release, table: Path, count: int
) -> list[Compared]:
    """The last decisions with whole inputs, decided again by another table.

    Raises:
        ContentError: The table is wrong.
        StoreUnavailable: The database did not answer.
    """
    judge = RiskEngine(policy=release.risk, rules=RuleEngine.of(_table(table)))
    compared = []
    for each in await _latest(settings, count):
        try:
            given = input_of(each)
        except ValidationError:  # incomplete when it was made: any table holds it
            continue
        verdict = await judge.of_input(given)
        compared.append(
            Compared(
                at=each.at,
                action=each.action,
                was=each.decision,
                would_be=verdict.decision,
                codes=verdict.reason_codes,
            )
        )
    return compared


def _table(path: Path) -> RuleTable:
    problems = Problems()
    part = read_yaml(path.read_bytes(), path.name, problems)
    table = read_table(Reader(problems), part) if part is not None else None
    if problems.errors() or table is None:
        raise ContentError(tuple(problems.errors()))
    return table


async def _latest(settings: Settings, count: int) -> Sequence[Kept]:
    engine = open_engine(settings.database_url)
    try:
        await upgrade_engine(engine)
        return await RiskStore(engine).latest(count)
    finally:
        await engine.dispose()
