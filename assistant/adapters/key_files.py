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


@dataclass(slots=True)
class MasterSource:
    """Where the master key of a database comes from; read when it is first needed.

    Attributes:
        path: File it is kept in when no key is given; None: it must be given.
    """

    path: Path | None = None
    _key: MasterKey | None = field(default=None, repr=False)

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
        if self._key is None:
            if self.path is None:
                msg = "No master key: set GUITAI_MASTER_KEY to 64 hexadecimal digits."
                raise SettingsError(msg)
            self._key = MasterKey.from_hex(
                kept_text(self.path, lambda: secrets.token_hex(KEY_BYTES))
            )
        return self._key
