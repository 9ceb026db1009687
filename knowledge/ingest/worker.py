"""The process that opens foreign files: `python -m knowledge.ingest.worker`.

Parsers of PDF, Office and HTML meet files made by strangers. Each file is opened in a child of
its own with a limit on memory and time, so that a file can at worst cost itself. One line in,
`{"path", "ending"}`; one line out, what `Converted` holds or `{"error"}`.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from assistant.errors import ContentError
from knowledge.ingest import from_docx, from_html, from_pdf, from_xlsx
from knowledge.ingest.blocks import Converted

MEMORY_BYTES: Final = 1_500_000_000  # of address space; half a gigabyte of it is libraries
_RECURSION: Final = 2_000
_ENCRYPTED: Final = ("Password", "Encrypt", "Decrypt")

_CONVERTERS: Final[Mapping[str, Callable[[bytes], Converted]]] = {
    ".pdf": from_pdf.convert,
    ".docx": from_docx.convert,
    ".xlsx": from_xlsx.convert,
    ".html": from_html.convert,
    ".htm": from_html.convert,
}


def serve(limit_s: int) -> None:
    """Answer requests until the input ends.

    Args:
        limit_s: Seconds of computing a file may take.
    """
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _convert(Path(request["path"]), str(request["ending"]), limit_s)
            return
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            _answer({"error": _killed(os.WTERMSIG(status))})
        elif os.WEXITSTATUS(status) > 1:
            _answer({"error": "the reader of this format ended without an answer"})


def _convert(path: Path, ending: str, limit_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(2 * limit_s)
    sys.setrecursionlimit(_RECURSION)
    sys.excepthook = _give_up
    _answer(dataclasses.asdict(_CONVERTERS[ending](path.read_bytes())))
    os._exit(0)


def _give_up(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Last words of a child: what a parser stumbled over, without the text of the file."""
    names = [kind.__name__]
    inner: Any = error
    while inner is not None and len(names) < 9:  # noqa: PLR2004 - a chain has an end
        names += [type(each).__name__ for each in inner.args if isinstance(each, BaseException)]
        inner = inner.__cause__ or inner.__context__
        names.append(type(inner).__name__)
    if isinstance(error, ContentError):
        reason = error.problems[0]
    elif any(word in name for word in _ENCRYPTED for name in names):
        reason = "encrypted; save it without a password"
    elif issubclass(kind, MemoryError):
        reason = "needs more memory than a document may take"
    elif issubclass(kind, RecursionError):
        reason = "nested too deeply"
    else:
        reason = f"damaged, or not what its name says ({kind.__name__})"
    _answer({"error": reason})
    os._exit(1)


def _killed(number: int) -> str:
    if number in {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}:
        return "took too long to read"
    return f"ended its reader ({signal.Signals(number).name})"


def _answer(body: Mapping[str, Any]) -> None:
    line = json.dumps(body, ensure_ascii=True) + "\n"
    sys.stdout.write(line)
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
