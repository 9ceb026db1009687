"""`guitai verify-receipt`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import SettingsError
from assistant.notary.receipts import read_receipt
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_receipts import receipt_signer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_KEY = re.compile(r"[0-9a-f]{64}")


@app.command(
    epilog="\b\nExample:\n  guitai verify-receipt receipt.json\n"
    "  guitai verify-receipt receipt.json --key 5f1c…\n  guitai verify-receipt --public\n\n"
    "Exit codes: 0 genuine, 1 changed or not ours, 2 usage or configuration.",
)
def verify_receipt(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="The receipt.")
    ] = None,
    *,
    key: Annotated[
        str | None,
        typer.Option(help="Public key, 64 hexadecimal digits, or a file that holds it; else ours."),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Print this deployment's public key.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a receipt: nothing in it was changed since the bank's assistant signed it.

    With --key the public key is all that is needed: no bank, no network, no database.
    """
    if public:
        print(receipt_signer(read_settings()).public)
        return
    if file is None:
        msg = "name the file of a receipt, or --public"
        raise typer.BadParameter(msg)
    expected = _public(key) if key is not None else receipt_signer(read_settings()).public
    found, problem = read_receipt(file.read_bytes(), expected)
    if as_json:
        print(json.dumps({"genuine": problem is None, "problem": problem}, ensure_ascii=False))
    else:
        _print(found, problem)
    raise typer.Exit(exits.OK if problem is None else exits.FINDINGS)


def _public(key: str) -> str:
    """The key, or what the file of this name holds.

    Raises:
        SettingsError: It is no key.
    """
    text = key.strip().lower()
    if not _KEY.fullmatch(text) and Path(key).is_file():
        text = Path(key).read_text(encoding="ascii").strip().lower()
    if not _KEY.fullmatch(text):
        msg = "The public key is not 64 hexadecimal digits, nor a file that holds them."
        raise SettingsError(msg)
    return text


def _print(found: dict[str, Any], problem: str | None) -> None:
    if problem is not None:
        print(f"NOT genuine: {problem}.")
        return
    print(found.get("text", ""))
    print(f"Genuine: signed by {found['key']}; not one byte was changed since.")
