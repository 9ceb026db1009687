"""The `guitai` command: finds the command asked for, loads it alone, reports its errors.

Commands are loaded when they are called, because models and stores take seconds to import and
`guitai --help` must not. Packages above the channels add theirs through the entry point group
`guitai.commands`.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from assistant.errors import (
    AssistantError,
    KnowledgeUnavailable,
    ScopeUnknown,
    SettingsError,
    StoreUnavailable,
)
from channels.cli import exits

_GROUP: Final = "guitai.commands"

_COMMANDS: Final[Mapping[str, str]] = {
    "serve": "the assistant: API, WebSocket, pages",
    "sandbox": "the sandbox core bank alone",
    "actions": "the rasa-sdk action server",
    "chat": "talk in the terminal",
    "understand": "text to commands with scores",
    "inspect": "one message taken apart: why it was understood as it was",
    "search": "ranked passages of the bank's documents",
    "index": "build the knowledge index; only what changed",
    "check": "check the content pack",
    "documents": "documents as drafts, submitted, approved; who did what",
    "impact": "past conversations whose answer rested on a sentence that changed",
    "gaps": "questions the documents did not answer, ranked",
    "risk": "the scam model, decisions replayed, tables compared",
    "replay": "rebuild a conversation from its log",
    "verify-log": "check the hash chain and the signed roots; names the first broken link",
    "verify-receipt": "check a receipt with the public key alone",
    "ledger": "changes asked of the bank: what became of each",
    "roots": "export a signed root of the log now",
    "evidence": "one conversation with proofs, for a court or an auditor",
    "keys": "rotate the master key or a key that signs",
    "erase": "destroy a customer's keys: nobody can read the conversations again",
    "hold": "legal hold: nothing of a customer is destroyed",
    "accesses": "who read, exported, erased or held a customer's data",
    "wechat": "the menu of the WeChat service account",
    "voice": "speech: fetch the models, hear a recording, speak a sentence",
    "doctor": "settings, stores, models, ports: what is wrong and how to fix it",
}
"""Name to help line; the module of a command is `channels.cli.<name>`, with
underscores for hyphens."""

_ADVICE: Final[Mapping[type[AssistantError], str]] = {
    StoreUnavailable: "Check GUITAI_DATABASE_URL; `guitai doctor` looks closer.",
    KnowledgeUnavailable: "Check GUITAI_DATA_DIR and GUITAI_CHROMA_URL.",
}
_CONFIGURATION: Final = (SettingsError, StoreUnavailable, KnowledgeUnavailable, ScopeUnknown)


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Our own in the order of a day's work, then those of other packages."""
        return [*_COMMANDS, *sorted(_foreign())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the command."""
        if cmd_name in _COMMANDS:
            module = import_module(f"channels.cli.{cmd_name.replace('-', '_')}")
            return typer.main.get_command(module.app)
        point = _foreign().get(cmd_name)
        return None if point is None else typer.main.get_command(point.load())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List names and help lines without importing anything."""
        rows = [(name, _COMMANDS.get(name, "")) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


_EXAMPLE: Final = """\b
Example:
  guitai serve --with-sandbox
  guitai chat --as C1001

Settings are GUITAI_* variables or a .env file: guitai doctor --settings"""

app = typer.Typer(cls=LazyGroup, rich_markup_mode=None, add_completion=False, epilog=_EXAMPLE)


@app.callback()
def guitai() -> None:
    """A conversational banking assistant: talk to it, serve it, check it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 when done; 1 when something was found wrong with what was looked at, or the bank did
        not answer; 2 for a usage or configuration error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Chinese under any locale; a byte that is no text is shown, not fatal.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    command = typer.main.get_command(app)
    try:
        command(list(sys.argv[1:] if argv is None else argv), prog_name="guitai")
    except (AssistantError, UnicodeDecodeError, OSError) as error:
        return _report(error)
    except KeyboardInterrupt:
        return exits.STOPPED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else exits.OK
    return exits.OK


def run() -> NoReturn:
    """Run the command of this process and end it.

    What was opened is closed by then and exit handlers have run; only the interpreter's own
    tidying is left out, which takes seconds once the embedding model's libraries are loaded.
    """
    code = main()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or exits.FINDINGS
    os._exit(code)


def _report(error: AssistantError | UnicodeDecodeError | OSError) -> int:
    """Say what is wrong, without a traceback."""
    if isinstance(error, UnicodeDecodeError):
        print(f"A file is not UTF-8: byte {error.start} cannot be read.", file=sys.stderr)
        return exits.FINDINGS
    if isinstance(error, OSError):
        print(f"{error.filename or 'system'}: {error.strerror or error}", file=sys.stderr)
        return exits.USAGE
    message = str(error) or f"{type(error).__doc__}".splitlines()[0]
    print(f"{error.code}: {message}", file=sys.stderr)
    advice = _ADVICE.get(type(error))
    if advice:
        print(advice, file=sys.stderr)
    return exits.USAGE if isinstance(error, _CONFIGURATION) else exits.FINDINGS


def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}
