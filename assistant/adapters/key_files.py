"""Keys kept in files that only the owner of the process may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assistant.errors import SettingsError
from assistant.notary.keys import KEY_BYTES, MasterKey

MASTER_FILE: Final = "master.key"
_OWNER_ONLY: Final = 0o600


def kept_text(path: Path, make: Callable[[], str]) -> str:
    """The text of a key file, made when there is none. Two processes get the same one.

    Args:
        path: Of the file.
        make: Gives the text of a new one.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked, so that nobody ever reads half of it.
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            _link(aside, path)
        finally:
            aside.unlink()
    return path.read_text(encoding="ascii").strip()


def _link(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return


def replace_text(path: Path, text: str) -> None:
    """Put another text in the place of a key file's: all of it or, after a crash, none of it.

    Raises:
        OSError: The folder cannot be written; the file is as it was.
    """
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(slots=True)
class MasterSource:
    """Where the master key of a database comes from; read when it is first needed.

    The file holds the key, and below it those it replaced, newest first. A process that runs on
    while another one rotates the key notices the changed file.

    Attributes:
        path: File it is kept in when no key is given; None: it must be given.
    """

    path: Path | None = None
    _key: MasterKey | None = field(default=None, repr=False)
    _read: tuple[int, int] = field(default=(0, 0), repr=False)

    @classmethod
    def given(cls, key: MasterKey) -> MasterSource:
        """A key from the settings."""
        return cls(None, key)

    def key(self) -> MasterKey:
        """The key.

        Raises:
            SettingsError: There is none, or the file holds something else.
            OSError: The file cannot be read or made.
        """
        if self.path is None:
            if self._key is None:
                msg = "No master key: set GUITAI_MASTER_KEY to 64 hexadecimal digits."
                raise SettingsError(msg)
            return self._key
        if self._key is None:
            kept_text(self.path, _new_key)
        mark = self.path.stat()
        read = (mark.st_ino, mark.st_mtime_ns)
        if self._key is None or read != self._read:
            self._key = MasterKey.from_lines(self.path.read_text(encoding="ascii").splitlines())
            self._read = read
        return self._key

    def replace(self) -> MasterKey:
        """Make a new key the present one; the one before stays below it.

        Raises:
            SettingsError: The key is not kept in a file of ours.
            OSError: The file cannot be written; the key is as it was.
        """
        present = self.key()
        if self.path is None:
            msg = (
                "The master key is a setting: put a new one into GUITAI_MASTER_KEY and the present "
                "one in front of GUITAI_FORMER_MASTER_KEYS, then run this again."
            )
            raise SettingsError(msg)
        lines = [_new_key(), *(key.secret.hex() for key in (present, *present.former))]
        replace_text(self.path, "\n".join(lines) + "\n")
        return self.key()


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)
