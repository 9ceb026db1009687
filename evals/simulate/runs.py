"""Runs of many episodes, counted; each hundred over a fresh bank and a fresh database."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from channels.bootstrap import Brain
from evals.simulate.episode import begin
from evals.simulate.plan import NEEDS_KEY, Fault, plan
from evals.simulate.told import Finding
from evals.simulate.world import open_world

A_WORLD: Final = 100
"""Episodes over one bank; an account is not emptied by them."""

KINDS: Final = ("lost", "doubled", "told wrongly")
_FAST: Final = Path("/dev/shm")  # noqa: S108 - folders in it are made by tempfile
"""Memory that looks like a disk: the faults planned are those of processes and wires."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """An episode in which something happened that must not; the number runs it again."""

    number: int
    fault: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Report:
    """What a run found.

    Attributes:
        episodes: Count for each fault.
        refusals: Polite errors that customers met, by code.
        failures: In the order they were found.
        kills: Processes killed with SIGKILL.
    """

    database: str
    seed: int
    first: int
    episodes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    effects: int = 0
    failures: list[Failure] = field(default_factory=list)
    kills: int = 0
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Episodes that ran."""
        return sum(self.episodes.values())

    def count(self, kind: str) -> int:
        """Episodes with a finding of this kind."""
        return sum(any(one.kind == kind for one in each.findings) for each in self.failures)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "database": self.database,
            "seed": self.seed,
            "first": self.first,
            "episodes": self.total,
            "kills": self.kills,
            "faults": dict(self.episodes.most_common()),
            "transfers": self.effects,
            "refused_politely": dict(self.refusals),
            **{kind.replace(" ", "_"): self.count(kind) for kind in KINDS},
            "failures": [asdict(each) for each in self.failures],
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to run.

    Attributes:
        database: PostgreSQL server; None: SQLite.
        honours_keys: False is the negative control.
        only: One fault alone; None: all of them, as weighted.
    """

    seed: int
    episodes: int
    first: int = 0
    database: str | None = None
    honours_keys: bool = True
    only: Fault | None = None

    async def run(self, brain: Brain, tell: Tell | None = None) -> Report:
        """All episodes, one after the other."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        name = "sqlite" if self.database is None else "postgresql"
        report = Report(name, self.seed, self.first)
        with tempfile.TemporaryDirectory(dir=_scratch(), prefix="guitai-faults-") as folder:
            for start in range(self.first, self.first + self.episodes, A_WORLD):
                numbers = range(start, min(start + A_WORLD, self.first + self.episodes))
                place = Path(folder) / f"world-{start}"
                place.mkdir()
                await self._world(place, brain, numbers, report)
                report.seconds = loop.time() - started
                if tell is not None:
                    tell(report.total, self.episodes)
        return report

    async def _world(self, folder: Path, brain: Brain, numbers: range, report: Report) -> None:
        async with open_world(
            folder, brain, self.database, honours_keys=self.honours_keys
        ) as world:
            for number in numbers:
                planned = plan(self.seed, number, self.only)
                episode = await begin(world, planned)
                findings = await episode.run()
                report.episodes[planned.fault.value] += 1
                report.refusals.update(episode.errors)
                if findings:
                    failure = Failure(number, planned.fault.value, tuple(findings))
                    report.failures.append(failure)
            report.effects += len(world.books.effects())


async def negative_control(brain: Brain, seed: int, database: str | None, each: int = 3) -> Report:
    """The same faults at a bank that does not honour keys: duplicates must be seen.

    Args:
        brain: Content.
        seed: Of the run.
        database: As in `Run`.
        each: Episodes for each fault that is told apart only by the key.
    """
    reports = [
        await Run(seed=seed, episodes=each, database=database, honours_keys=False, only=fault).run(
            brain
        )
        for fault in NEEDS_KEY
    ]
    whole = reports[0]
    for other in reports[1:]:
        whole.episodes.update(other.episodes)
        whole.failures += other.failures
        whole.effects += other.effects
    return whole


def _scratch() -> Path | None:
    return _FAST if _FAST.is_dir() else None
