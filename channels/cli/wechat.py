"""`guitai wechat`."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.composition_wechat import publish_menu
from channels.wechat.menu import menus_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.callback()
def wechat() -> None:
    """The WeChat service account."""


@app.command(
    epilog="\b\nExample:\n  guitai wechat menu --dry-run\n  guitai wechat menu\n\n"
    "Exit codes: 0 published, 2 usage or configuration."
)
def menu(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the menu, publish nothing.")
    ] = False,
) -> None:
    """Put the menus of the content (`utter_channel_menu`, `…_bound`) below the chat."""
    settings = read_settings()
    general, bound = menus_of(load_release(settings.content_dir))
    print(json.dumps({"general": general, "bound": bound}, ensure_ascii=False, indent=2))
    if not dry_run:
        asyncio.run(publish_menu(settings, general, bound))
        print("published; chats show it after some minutes")
    raise typer.Exit(exits.OK)
