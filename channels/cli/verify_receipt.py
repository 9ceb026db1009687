"""`guitai verify-receipt`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.notary.receipts import read_receipt
from assistant.notary.roots import public_key
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_keys import signing_keys

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_KEY = re.compile(r"[0-9a-fA-F]{64}")


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
        list[str] | None,
        typer.Option(
            help="Public key, 64 hexadecimal digits, or a file with one on each line; may be "
            "given again; else ours, the former ones too."
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Print this deployment's public key.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a receipt: nothing in it was changed since the bank's assistant signed it.

    With --key the public key is all that is needed: no bank, no network, no database. Where the
    key was rotated, the receipt names the one that signed it, and that one is taken.
    """
    if public:
        print(signing_keys(read_settings(), "receipts").signer.public)
        return
    if file is None:
        msg = "name the file of a receipt, or --public"
        raise typer.BadParameter(msg)
    trusted = _trusted(key) if key else signing_keys(read_settings(), "receipts").trusted
    found, problem = read_receipt(file.read_bytes(), trusted)
    if as_json:
        print(json.dumps({"genuine": problem is None, "problem": problem}, ensure_ascii=False))
    else:
        _print(found, problem)
    raise typer.Exit(exits.OK if problem is None else exits.FINDINGS)


def _trusted(given: list[str]) -> tuple[str, ...]:
    """The keys, or what the files of these names hold.

    Raises:
        SettingsError: One is no key.
    """
    lines: list[str] = []
    for each in given:
        is_file = not _KEY.fullmatch(each.strip()) and Path(each).is_file()
        lines += Path(each).read_text(encoding="ascii").split() if is_file else [each]
    return tuple(public_key(line) for line in lines)


def _print(found: dict[str, Any], problem: str | None) -> None:
    if problem is not None:
        print(f"NOT genuine: {problem}.")
        return
    print(found.get("text", ""))
    print(f"Genuine: signed by {found['key']}; not one byte was changed since.")
