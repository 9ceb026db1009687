"""Which files a pack has, what they are, and the fingerprint over all of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assistant.model.ids import Fingerprint
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.content_yaml import Part, read_yaml

RASA_FOLDERS: Final = ("flows", "domain", "responses", "nlu", "data")
"""Folders whose files are recognised by their top-level keys, as Rasa does."""
_RISK: Final = ("policies", "risk")
"""The folder of risk within the policies; its files are of a kind of their own."""
OWN_FOLDERS: Final = (
    "lexicon",
    "products",
    "segments",
    "policies",
    "compliance",
    "calculators",
    "answers",
)
_NOT_CONTENT: Final = (
    "documents",
    "vectors",
    "campaigns",
    "prompts",
    "tests",
    "e2e_tests",
    "actions",
    "models",
)
"""Folders other parts read, or nobody."""
_RASA_SETTINGS: Final = ("config", "endpoints", "credentials")
"""Files at the root of a Rasa project that configure Rasa itself."""
_DERIVED: Final = ("vectors", "__pycache__")
"""Folders computed from the rest; they are no part of the release."""
DEFAULTS_PREFIX: Final = "defaults/"
"""Stands before the file names of the engine's own content in messages and sources."""
RELEASE_FILE: Final = "RELEASE.yml"
_FINGERPRINT_LENGTH: Final = 16

SECTIONS: Final = ("flows", "slots", "responses", "actions", "entities", "intents", "nlu")
"""Top-level keys of Rasa's files that are read."""
_SECTION_LINE: Final = re.compile(rf"^({'|'.join(SECTIONS)})\s*:".encode(), re.MULTILINE)
"""A file at the root of a pack is content when it has one of these lines."""
_IGNORED_SECTIONS: Final = ("version",)
_NOT_USED: Final = {
    "session_config": "a conversation does not expire; assurance does",
}
UNSUPPORTED_SECTIONS: Final = {
    "forms": "forms are Rasa before CALM; write a flow with collect steps",
    "rules": "rules are Rasa before CALM; write a flow",
    "stories": "stories are Rasa before CALM; write a flow",
    "e2e_actions": "end-to-end actions are Rasa before CALM; write a flow",
    "mcp_servers": "actions run behind the action gateway; write an action",
    "test_cases": "move conversation tests to a folder `tests/`",
}


@dataclass(slots=True)
class PackFiles:
    """The YAML of a pack, sorted by what it is.

    Attributes:
        sections: Parts below each of Rasa's top-level keys, one for each file that has it.
        own: Whole files of each of our folders, with the file's stem.
        release: RELEASE.yml.
        unread: Files that nothing reads, apart from those of documents and of Rasa itself.
    """

    sections: dict[str, list[Part]] = field(default_factory=lambda: {key: [] for key in SECTIONS})
    own: dict[str, list[tuple[str, Part]]] = field(
        default_factory=lambda: {folder: [] for folder in (*OWN_FOLDERS, "risk")}
    )
    release: Part | None = None
    unread: list[str] = field(default_factory=list)


def read_pack(folder: Path, problems: Problems, prefix: str = "") -> PackFiles:
    """Read every YAML file of a pack.

    Args:
        folder: The pack.
        problems: Where faults are reported.
        prefix: Put before each file name in messages, e.g. "defaults/".
    """
    files = PackFiles()
    if not folder.is_dir():
        problems.error(Place(prefix or folder.name or ".", 1), "there is no such folder")
        return files
    for path in _yaml_files(folder):
        relative = path.relative_to(folder)
        kind = _kind(relative)
        name = f"{prefix}{relative.as_posix()}"
        before = len(problems.findings)
        data = _bytes(path, name, problems) if kind != "other" else b""
        if kind == "other" or (kind == "root" and not _SECTION_LINE.search(data)):
            if not _is_of_others(relative):
                files.unread.append(name)
            continue
        part = read_yaml(data, name, problems) if data else None
        problems.file_refused |= part is None and len(problems.findings) > before
        if part is not None:
            _sort_in(files, kind, relative, part, problems)
    return files


def fingerprint(folders: Iterable[tuple[str, Path]], problems: Problems) -> Fingerprint:
    """SHA-256 over names and contents of all files, its first 16 hexadecimal characters.

    Args:
        folders: Each with the name that goes before its relative paths.
        problems: Where a file that cannot be read is reported.
    """
    digest = hashlib.sha256()
    for prefix, folder in folders:
        for path in _all_files(folder):
            name = f"{prefix}{path.relative_to(folder).as_posix()}"
            content = hashlib.sha256(_bytes(path, name, problems)).digest()
            digest.update(len(name.encode()).to_bytes(4, "big") + name.encode() + content)
    return Fingerprint(digest.hexdigest()[:_FINGERPRINT_LENGTH])


def _all_files(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    kept = []
    for path in found:
        parts = path.relative_to(folder).parts
        if parts[0] not in _DERIVED and not any(part.startswith(".") for part in parts):
            kept.append(path)
    return sorted(kept, key=lambda path: path.relative_to(folder).as_posix())


def _yaml_files(folder: Path) -> list[Path]:
    return [path for path in _all_files(folder) if path.suffix in (".yml", ".yaml")]


def _kind(relative: Path) -> str:
    top = relative.parts[0]
    if len(relative.parts) > 1:
        if relative.parts[: len(_RISK)] == _RISK:
            return "risk"
        if top in OWN_FOLDERS:
            return top
        return "rasa" if top in RASA_FOLDERS else "other"
    if relative.name == RELEASE_FILE:
        return "release"
    return "rasa" if relative.stem in RASA_FOLDERS else "root"


def _is_of_others(relative: Path) -> bool:
    """Whether a file is known to be somebody else's."""
    is_root = len(relative.parts) == 1
    return relative.parts[0] in _NOT_CONTENT or (is_root and relative.stem in _RASA_SETTINGS)


def _bytes(path: Path, name: str, problems: Problems) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problems.error(Place(name, 1), f"cannot be read: {error.strerror}")
        return b""


def _sort_in(files: PackFiles, kind: str, relative: Path, part: Part, problems: Problems) -> None:
    if part.is_null:
        return
    if not part.is_mapping:
        problems.error(part.place, "the file must be a mapping (`key: value` lines)")
        return
    if kind == "release":
        files.release = part
    elif kind in ("rasa", "root"):
        _sections(files, part, problems)
    else:
        files.own[kind].append((relative.stem, part))


def _sections(files: PackFiles, part: Part, problems: Problems) -> None:
    for key, child in part.children():
        if key in SECTIONS:
            if not child.is_null:
                files.sections[key].append(child)
        elif key in UNSUPPORTED_SECTIONS:
            problems.error(
                part.key_place(key), f'"{key}" is not supported; {UNSUPPORTED_SECTIONS[key]}'
            )
        elif key in _NOT_USED:
            problems.warn(part.key_place(key), f'"{key}" is not used; {_NOT_USED[key]}')
        elif key not in _IGNORED_SECTIONS:
            hint = did_you_mean(key, SECTIONS)
            problems.error(part.key_place(key), f'unknown key "{key}"{hint}')
