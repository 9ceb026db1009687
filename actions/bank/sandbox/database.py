"""The sandbox's own SQLite file, started from a template that is generated once.

A template belongs to one seed date and one state of the schema and of the seed's code; it
is copied to start a bank and copied again to reset one, which takes milliseconds.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from datetime import date
from functools import lru_cache
from pathlib import Path

from actions.bank.sandbox.schema import SCHEMA
from actions.bank.sandbox.seed.build import build

_HERE = Path(__file__).parent
_SOURCES = (
    _HERE / "schema.py",
    _HERE / "ledger.py",
    _HERE / "calendar.py",
    *sorted((_HERE / "seed").glob("*.py")),
)
_BUSY_MS = 5000


@lru_cache(maxsize=1)
def seed_fingerprint() -> str:
    """Hash of everything a template depends on besides its date."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def template(folder: Path, seed_date: date) -> Path:
    """Path of the template, generating it when it is not there yet.

    Safe when several processes start at once: each writes its own file and renames it.
    """
    path = folder / f"sandbox-{seed_date.isoformat()}-{seed_fingerprint()}.sqlite3"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(SCHEMA)
        with connection:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (seed_fingerprint(),))
            build(connection, seed_date)
        connection.execute("ANALYZE")
    draft.replace(path)
    return path


def open_database(path: Path, seed: Path) -> sqlite3.Connection:
    """Open a bank, copying the template when there is none or it is of another make.

    A bank seeded on another date is kept: what was done to it survives a restart, and a
    reset brings it to the new date.

    Args:
        path: The bank's file.
        seed: The template.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The service runs every statement on one event loop; the check would only forbid a
    # test from opening the bank in a fixture and using it in a loop of another thread.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if _fingerprint_of(connection) != seed_fingerprint():
        restore(connection, seed)
    return connection


def restore(connection: sqlite3.Connection, seed: Path) -> None:
    """Replace everything in an open bank by the template, at once."""
    with closing(sqlite3.connect(seed)) as source:
        source.backup(connection)


def _fingerprint_of(connection: sqlite3.Connection) -> str | None:
    tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
    if tables is None:
        return None
    row = connection.execute("SELECT value FROM meta WHERE name = 'fingerprint'").fetchone()
    return None if row is None else str(row[0])
