"""`guitai doctor`."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any, Final

import typer
from pydantic import SecretStr

from channels.cli import exits
from channels.cli.configuration import read_settings, variable
from channels.composition_doctor import examine
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_MARKS: Final = {"ok": "ok     ", "warning": "look at", "error": "wrong  "}
_HAS_PASSWORD: Final = frozenset({"database_url", "redis_url"})


@app.command(epilog="\b\nExample:\n  guitai doctor\n  guitai doctor --settings")
def doctor(
    *,
    settings_only: Annotated[
        bool, typer.Option("--settings", help="List every setting and its present value.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What is wrong with this deployment and how to fix it; exit code 1 when anything is."""
    settings = read_settings()
    if settings_only:
        _print_settings(settings, as_json=as_json)
        return
    failed = False
    seen: list[dict[str, Any]] = []
    for item in examine(settings):
        failed = failed or item.state == "error"
        seen.append(dataclasses.asdict(item))
        if not as_json:
            print(f"{_MARKS[item.state]}  {item.name}: {item.found}", flush=True)
            if item.fix:
                print(f"         → {item.fix}")
    if as_json:
        print(json.dumps({"ok": not failed, "checks": seen}, ensure_ascii=False, indent=2))
    raise typer.Exit(exits.FINDINGS if failed else exits.OK)


def _print_settings(settings: Settings, *, as_json: bool) -> None:
    rows = list(described(settings))
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(f"{row['variable']}={row['value']}" + ("" if row["is_default"] else "   (set)"))
        print(f"    {row['meaning']}")


def described(settings: Settings) -> list[dict[str, Any]]:
    """Every setting: its variable, its value without secrets, and what it means."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        rows.append(
            {
                "variable": variable(name),
                "value": _shown(name, value),
                "is_default": name not in settings.model_fields_set,
                "meaning": " ".join((field.description or "").split()),
            }
        )
    return rows


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    text = str(value)
    if name in _HAS_PASSWORD and "@" in text:
        scheme, rest = text.split("://", 1) if "://" in text else ("", text)
        return f"{scheme}://********@{rest.rsplit('@', 1)[1]}"
    return text
