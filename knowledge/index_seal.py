"""Files of an index that are built once, sealed with their hashes and never written again.

Chroma writes to its files even while only reading, is not safe between processes, and answers
silently wrong, or ends the process, when its files are damaged. So nobody opens the sealed
files: whoever needs the index compares their SHA-256 with the manifest, copies them to a
folder of its own and opens the copy. What does not match is thrown away and built anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MANIFEST: Final = "manifest.json"
_FILES: Final = "files"
_LOCK: Final = ".lock"
_BLOCK: Final = 1 << 20


def open_sealed(folder: Path, name: str, build: Callable[[Path], None], *, kept: int) -> Path:
    """A private copy of a sealed index; built and sealed first when there is no sound one.

    Args:
        folder: Where sealed indexes live.
        name: Of the wanted one, by its content.
        build: Writes the files of the index into an empty folder.
        kept: How many sealed indexes to keep, the newest by use.

    Returns:
        A temporary folder; the caller removes it.

    Raises:
        OSError: The folder cannot be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        sealed = folder / name
        if not is_sound(sealed):
            shutil.rmtree(sealed, ignore_errors=True)
            _seal(sealed, build)
        (sealed / _MANIFEST).touch()  # its time says when it was last of use
        _forget(folder, kept)
        copy = Path(tempfile.mkdtemp(prefix="guitai-index-"))
        shutil.copytree(sealed / _FILES, copy, dirs_exist_ok=True)
    return copy


def is_sound(sealed: Path) -> bool:
    """Whether every file is there as it was sealed, and none besides."""
    try:
        expected = json.loads((sealed / _MANIFEST).read_text(encoding="utf-8"))
        return isinstance(expected, dict) and expected == _hashes(sealed / _FILES)
    except (OSError, ValueError):
        return False


def discard(folder: Path, name: str) -> None:
    """Throw a sealed index away; the next who needs it builds it."""
    with _alone(folder):
        shutil.rmtree(folder / name, ignore_errors=True)


def _seal(sealed: Path, build: Callable[[Path], None]) -> None:
    sealed.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=sealed.parent))
    try:
        build(making / _FILES)
        manifest = json.dumps(_hashes(making / _FILES), indent=1)
        (making / _MANIFEST).write_text(manifest, encoding="utf-8")
        making.rename(sealed)  # in one step: a reader never meets half of an index
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _hashes(files: Path) -> dict[str, str]:
    return {
        path.relative_to(files).as_posix(): _sha256(path)
        for path in sorted(files.rglob("*"))
        if path.is_file()
    }


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _forget(folder: Path, kept: int) -> None:
    by_use = sorted(folder.glob(f"*/{_MANIFEST}"), key=lambda path: -path.stat().st_mtime)
    for manifest in by_use[kept:]:
        shutil.rmtree(manifest.parent, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, also when the process dies
        yield
