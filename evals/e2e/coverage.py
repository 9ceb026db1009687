"""Which steps of which flows the conversations reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.model.flow import END
from assistant.model.release import Release


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """One flow.

    Attributes:
        reached: Steps some conversation stood at.
        missed: The others, in the order written.
    """

    flow: str
    reached: int
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """Reached steps of all, 0 to 1."""
        total = self.reached + len(self.missed)
        return self.reached / total if total else 1.0


def coverage(release: Release, reached: Iterable[tuple[str, str]]) -> list[FlowCoverage]:
    """Every flow of the release, patterns last.

    Args:
        release: What could be reached.
        reached: (flow, step) pairs.
    """
    seen = {pair for pair in reached if pair[1] != END}
    flows = sorted(release.flows.values(), key=lambda flow: (flow.is_pattern, flow.id))
    return [
        FlowCoverage(
            flow.id,
            sum((flow.id, step) in seen for step in flow.steps),
            tuple(step for step in flow.steps if (flow.id, step) not in seen),
        )
        for flow in flows
    ]
