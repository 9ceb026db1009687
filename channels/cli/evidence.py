"""`guitai evidence`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from assistant.model.ids import ConversationId
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_evidence import export_evidence

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai evidence c_01KXYZ --by li.na --reason 'court order 17' "
    "--out case.json\n  guitai verify-log --file case.json --key 5f1c…",
)
def evidence(
    conversation: Annotated[str, typer.Argument(help="Conversation id.")],
    *,
    by: Annotated[str, typer.Option(help="Who takes it out; written to the register.")],
    reason: Annotated[str, typer.Option(help="Why; written to the register.")],
    out: Annotated[Path | None, typer.Option(help="File; standard output without.")] = None,
) -> None:
    """Export one conversation with its keys and proofs that the signed roots cover it.

    The file opens this conversation and no other; guard it like the conversation itself.
    """
    body = asyncio.run(export_evidence(read_settings(), ConversationId(conversation), by, reason))
    text = json.dumps(body, ensure_ascii=False, indent=1)
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{len(body['events'])} events, {len(body['proofs'])} proof(s): {out}")
    raise typer.Exit(exits.OK)
