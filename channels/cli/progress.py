"""Progress of long work, on stderr and only for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Counted = Callable[[int, int], None]
"""Called with (done, to do)."""


@contextmanager
def bar(what: str) -> Iterator[Counted | None]:
    """A progress bar while the work lasts; None when nobody is watching."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None, visible=False)

        def counted(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, visible=True)

        yield counted


@dataclass(frozen=True, slots=True)
class Steps:
    """Lines about a start, each with the seconds since it began."""

    began_s: float = field(default_factory=time.perf_counter)

    def done(self, what: str) -> None:
        """One line; also when nobody watches, for it belongs into the log of a start."""
        print(f"{self.seconds():6.1f} s  {what}", file=sys.stderr, flush=True)

    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began_s
