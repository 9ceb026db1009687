"""Files to Markdown: text here, everything a parser has to open in the worker's process.

What was converted is kept by the hash of the file, so that a second run opens nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from assistant.errors import ContentError
from knowledge.ingest.blocks import Converted
from knowledge.ingest.cleaning import clean
from knowledge.ingest.decoding import decoded
from knowledge.ingest.footnotes import inlined
from knowledge.ingest.notices import Notice
from knowledge.ingest.safety import examine

TEXT_ENDINGS: Final = (".md", ".markdown", ".txt")
OPENED_ENDINGS: Final = (".html", ".htm", ".pdf", ".docx", ".xlsx")
ENDINGS: Final = (*TEXT_ENDINGS, *OPENED_ENDINGS)
"""What `Converter.convert` reads."""

FILE_LIMIT_S: Final = 60
_VERSION: Final = "2"  # of what converters make of a file; raise it and all is converted anew
_WAIT_S: Final = 2 * FILE_LIMIT_S + 30


class Converter:
    """Reads files; use it as a context, so that its process ends with it."""

    def __init__(self, cache: Path | None = None, *, limit_s: int = FILE_LIMIT_S) -> None:
        """Nothing is started before a file needs it.

        Args:
            cache: Folder for what was converted; None keeps nothing.
            limit_s: Seconds of computing a file may take.
        """
        self._cache = cache
        self._limit_s = limit_s
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._stop()

    def convert(self, path: Path, data: bytes | None = None) -> Converted:
        """One file.

        Args:
            path: Its ending says what it should be.
            data: The file where it was read before.

        Raises:
            ContentError: It cannot be read; one line, without the name of the file.
        """
        ending = path.suffix.lower()
        content = path.read_bytes() if data is None else data
        examine(content, ending)
        if ending in TEXT_ENDINGS:
            body, notices = clean(decoded(content).replace("\r\n", "\n").replace("\r", "\n"))
            return Converted(None, inlined(body) if ending != ".txt" else body, (), notices)
        kept = self._kept(content, ending)
        if kept is not None and (found := _read(kept)) is not None:
            return found
        converted = _cleaned(self._opened(path, ending))
        if not converted.body.strip():
            problem = next((one.text for one in converted.notices if one.kind == "unread"), "")
            raise ContentError((f"no text in it{': ' + problem if problem else ''}",))
        if kept is not None:
            _keep(kept, converted)
        return converted

    def _kept(self, content: bytes, ending: str) -> Path | None:
        if self._cache is None:
            return None
        digest = hashlib.sha256(f"{_VERSION}{ending}\n".encode() + content).hexdigest()
        return self._cache / f"{digest[:32]}.json"

    def _opened(self, path: Path, ending: str) -> Converted:
        process = self._started()
        if process.stdin is None or process.stdout is None:
            msg = "the reader of this format did not start"
            raise ContentError((msg,))
        try:
            process.stdin.write(json.dumps({"path": str(path.absolute()), "ending": ending}) + "\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], _WAIT_S)
            line = process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if not line:
            self._stop()
            msg = "took too long to read, or ended its reader"
            raise ContentError((msg,))
        answer = json.loads(line)
        if "error" in answer:
            raise ContentError((str(answer["error"]),))
        return _converted(answer)

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "knowledge.ingest.worker", str(self._limit_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        return self._process

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
        self._process = None


def _cleaned(converted: Converted) -> Converted:
    body, notices = clean(converted.body)
    return Converted(converted.title, body, converted.pages, (*converted.notices, *notices))


def _converted(body: Mapping[str, Any]) -> Converted:
    return Converted(
        title=body["title"],
        body=body["body"],
        pages=tuple((line, page) for line, page in body["pages"]),
        notices=tuple(Notice(**each) for each in body["notices"]),
    )


def _read(path: Path) -> Converted | None:
    try:
        return _converted(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a missing or damaged file costs time, never correctness


def _keep(path: Path, converted: Converted) -> None:
    body = {
        "title": converted.title,
        "body": converted.body,
        "pages": converted.pages,
        "notices": [
            {"kind": each.kind, "where": each.where, "text": each.text}
            for each in converted.notices
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as file:
        json.dump(body, file, ensure_ascii=False)
    os.replace(file.name, path)  # noqa: PTH105 - Path.replace needs a second Path object
