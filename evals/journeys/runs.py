"""Runs of many journeys, counted; each few over a fresh bank and a fresh database."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from channels.bootstrap import Brain
from evals.journeys.journey import begin
from evals.journeys.judge import KINDS, Finding, judge
from evals.journeys.site import open_site

A_SITE: Final = 25
_A_DAY_S: Final = 90_000
"""Between two journeys: a customer who pays many times an hour would be held up for that."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A journey in which something happened that must not; the number runs it again."""

    number: int
    findings: tuple[Finding, ...]
    steps: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What a run found.

    Attributes:
        tasks: Count for each operation.
        places: How many journeys used so many channels.
        moves: Channels entered after the first, one count for each door opened or gone back to.
        at_once: Journeys with a yes in two channels in the same moment.
    """

    database: str
    workers: int
    seed: int
    first: int
    tasks: Counter[str] = field(default_factory=Counter)
    places: Counter[int] = field(default_factory=Counter)
    moves: int = 0
    at_once: int = 0
    strays: int = 0
    gone: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Journeys that ran."""
        return sum(self.tasks.values())

    def count(self, kind: str) -> int:
        """Journeys with a finding of this kind."""
        return sum(any(one.kind == kind for one in each.findings) for each in self.failures)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "database": self.database,
            "workers": self.workers,
            "seed": self.seed,
            "first": self.first,
            "journeys": self.total,
            "finished_right": self.total - len(self.failures),
            "tasks": dict(self.tasks),
            "channels_used": {str(n): count for n, count in sorted(self.places.items())},
            "moves": self.moves,
            "yes_in_two_channels_at_once": self.at_once,
            "answers_from_beside": self.strays,
            "channels_that_died": self.gone,
            **{kind.replace(" ", "_"): self.count(kind) for kind in KINDS},
            "failures": [asdict(each) for each in self.failures],
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to run.

    Attributes:
        database: PostgreSQL server; None: SQLite.
        redis_url: Makes it two workers, with PostgreSQL.
        starts_anew: The negative control.
    """

    seed: int
    episodes: int
    first: int = 0
    database: str | None = None
    redis_url: str | None = None
    starts_anew: bool = False

    async def run(self, brain: Brain, tell: Tell | None = None) -> Report:
        """All journeys, one after the other."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        name = "sqlite" if self.database is None else "postgresql"
        workers = 2 if self.database and self.redis_url else 1
        report = Report(name, workers, self.seed, self.first)
        end = self.first + self.episodes
        with tempfile.TemporaryDirectory(prefix="guitai-journeys-") as folder:
            for start in range(self.first, end, A_SITE):
                place = Path(folder) / f"site-{start}"
                place.mkdir()
                numbers = range(start, min(start + A_SITE, end))
                await self._site(place, brain, numbers, report, workers, tell)
                report.seconds = loop.time() - started
        return report

    async def _site(
        self,
        folder: Path,
        brain: Brain,
        numbers: range,
        report: Report,
        workers: int,
        tell: Tell | None,
    ) -> None:
        async with open_site(
            folder,
            brain,
            folder.parent / "templates",
            database=self.database,
            redis_url=self.redis_url,
            workers=workers,
        ) as site:
            for number in numbers:
                journey = await begin(site, self.seed, number, starts_anew=self.starts_anew)
                await journey.run()
                findings = await judge(journey)
                report.tasks[journey.goal.operation] += 1
                report.places[len({door.place for door in journey.doors})] += 1
                report.moves += sum(step.startswith("-- ") for step in journey.steps) - 1
                report.at_once += any("×2" in step for step in journey.steps)
                report.strays += sum("(stray)" in step for step in journey.steps)
                gone = sum(step.endswith("is gone") for step in journey.steps)
                report.gone += gone
                report.moves -= gone
                if findings:
                    failure = Failure(number, tuple(findings), tuple(journey.steps))
                    report.failures.append(failure)
                site.clock.advance(_A_DAY_S)
                if tell is not None:
                    tell(report.total, self.episodes)
