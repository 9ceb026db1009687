"""Looking at a file before anything opens it: its size, its real kind, and bombs."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from assistant.errors import ContentError

MOST_BYTES: Final = 50_000_000
_MOST_UNPACKED: Final = 300_000_000
_MOST_RATIO: Final = 100
_SMALL: Final = 20_000_000  # unpacked; below it no ratio is suspicious
_MOST_MEMBERS: Final = 5_000
_DECLARATIONS: Final = 4_096  # bytes of an XML file in which a document type may stand
_PDF: Final = b"%PDF-"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PART: Final[Mapping[str, str]] = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}


def examine(data: bytes, ending: str) -> None:
    """Refuse what must not be opened as a file of this ending.

    Args:
        data: The whole file.
        ending: Lower case with its dot, one of the endings that are read.

    Raises:
        ContentError: What is wrong and what to do about it.
    """
    problem = _problem(data, ending)
    if problem:
        raise ContentError((problem,))


def _problem(data: bytes, ending: str) -> str | None:
    if not data.strip(b"\x00 \t\r\n"):
        return "the file is empty"
    if len(data) > MOST_BYTES:
        return f"larger than {MOST_BYTES // 1_000_000} MB; split it"
    if ending in _MAIN_PART:
        return _office_problem(data, ending)
    if ending == ".pdf":
        if _PDF not in data[:1024]:
            return f"not a PDF{_really(data)}"
        return None
    really = _really(data)
    return f"not a text file{really}" if really else None


def _really(data: bytes) -> str:
    if data.startswith(_PDF):
        return ": it is a PDF; name it .pdf"
    if data.startswith(_OLE):
        return ": it is an old Office file or an encrypted one; save it as .docx or .xlsx"
    if data.startswith(_ZIP):
        part = next((end for end, name in _MAIN_PART.items() if name.encode() in data), None)
        return f": it is a {part} file; name it so" if part else ": it is a zip archive"
    return ""


def _office_problem(data: bytes, ending: str) -> str | None:
    if data.startswith(_OLE):
        return "encrypted with a password, or in the old Office format; save it anew as " + ending
    if not data.startswith(_ZIP):
        return f"not a {ending} file{_really(data)}"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _archive_problem(archive, ending)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError) as error:
        return f"damaged or cut off: {error}"
    except (NotImplementedError, RuntimeError, zlib.error) as error:
        return f"damaged, or packed in a way that is not read: {error}"


def _archive_problem(archive: zipfile.ZipFile, ending: str) -> str | None:
    members = archive.infolist()
    names = {member.filename for member in members}
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED:
        return "unpacks to more than is ever read: a zip bomb, or far too large"
    if unpacked > _SMALL and unpacked // packed > _MOST_RATIO:
        return f"a zip bomb: {unpacked // packed} bytes from each byte"
    if any(member.flag_bits & 1 for member in members):
        return "encrypted; save it without a password"
    if _MAIN_PART[ending] not in names:
        other = next((end for end, name in _MAIN_PART.items() if name in names), None)
        return f"it is a {other} file; name it so" if other else f"no {ending} document in it"
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                head = part.read(_DECLARATIONS).replace(b"\x00", b"").upper()
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                return f"{member.filename} declares entities, which Office never does"
    return None
