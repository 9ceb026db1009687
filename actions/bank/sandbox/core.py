"""One running sandbox bank: its database, its clock and its planned faults."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from actions.bank.sandbox.codes import CodeMaker, forget_pending
from actions.bank.sandbox.database import open_database, restore, template
from actions.bank.sandbox.faults import FaultPlan


@dataclass(slots=True)
class CoreBank:
    """What every route works on.

    All statements run on the one event loop of the process, each change in one database
    transaction without an `await` inside, so changes are serial.

    Attributes:
        connection: Open SQLite connection; rows can be read by name.
        clock: Gives aware instants.
        seed: Template that `reset` copies.
        faults: What goes wrong next.
        ahead: How far the bank's clock was moved forward.
        codes: Makes one-time codes.
        is_hour_told: Whether its clock was set since the last reset. Until then limits of the
            night do not hold, so that trying the bank out gives the same at every hour.
    """

    connection: sqlite3.Connection
    clock: Callable[[], datetime]
    seed: Path
    faults: FaultPlan = field(default_factory=FaultPlan)
    ahead: timedelta = timedelta()
    codes: CodeMaker = field(default_factory=CodeMaker)
    is_hour_told: bool = False

    @classmethod
    def open(
        cls,
        database_path: Path,
        clock: Callable[[], datetime],
        seed_date: date,
        template_folder: Path,
    ) -> "CoreBank":
        """Open the bank's file, seeding it when it is new."""
        seed = template(template_folder, seed_date)
        connection = open_database(database_path, seed)
        forget_pending(connection)
        return cls(connection, clock, seed)

    def now(self) -> datetime:
        """The bank's time: the clock given, moved forward as asked."""
        return self.clock() + self.ahead

    def reset(self) -> None:
        """Restore the seed, the clock and a world without faults."""
        restore(self.connection, self.seed)
        self.faults.clear()
        self.codes.reset()
        self.ahead = timedelta()
        self.is_hour_told = False

    def close(self) -> None:
        """Close the database."""
        self.connection.close()
