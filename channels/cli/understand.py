"""`guitai understand`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from assistant.errors import ContentError
from assistant.model.events import Asked, Frame
from assistant.model.ids import ConversationId, Fingerprint, FlowId, FrameId, SlotName
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Understander
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_content import open_understander
from channels.composition_log import machine_clock

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_DIGITS: Final = 4
_FRAME: Final = FrameId("f1")


class Context(BaseModel):
    """What was going on when the text was said.

    Attributes:
        flow: The active task.
        slot: The question that is open.
        slots: Values known so far.
    """

    model_config = ConfigDict(extra="forbid")

    flow: str | None = None
    slot: str | None = None
    slots: dict[str, JsonValue] = {}


class Line(BaseModel):
    """One text to understand; keys of evaluation sets are passed over."""

    id: str | int | None = None
    text: str
    context: Context = Field(default_factory=Context)


@app.command(
    epilog="\b\nExample:\n  guitai understand '帮我锁一下6688' '转500给妈妈'\n"
    "  guitai understand --file texts.jsonl > commands.jsonl",
)
def understand(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts, one a line of output.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help='Lines of {"id", "text", "lang"?, "context"?: {"flow", "slot", "slots"}}.',
        ),
    ] = None,
) -> None:
    """Text to commands with scores, one JSON a line."""
    if bool(texts) == (file is not None):
        msg = "give texts or --file, not both"
        raise typer.BadParameter(msg)
    settings = read_settings()
    if file is None:
        lines = [Line(id=number, text=text) for number, text in enumerate(texts or (), 1)]
    else:
        lines = _read(file)
    with bar("embedding") as progress:
        release, make = open_understander(settings, progress)
    clock = machine_clock()
    asyncio.run(_print(lines, release, make(clock), clock))


async def _print(
    lines: list[Line], release: Release, understander: Understander, clock: Clock
) -> None:
    for line in lines:
        tracker = tracker_of(line.context, clock)
        began = clock.monotonic_ms()
        understood = await understander.understand(line.text, tracker, release)
        ms = round(clock.monotonic_ms() - began, 2)
        commands = [public_command(command) for command in understood.commands]
        body = {"id": str(line.id), "text": line.text, "commands": commands, "ms": ms}
        print(json.dumps(body, ensure_ascii=False), flush=True)


def public_command(command: BaseModel) -> dict[str, Any]:
    """A command as the public contract writes it."""
    body = command.model_dump(mode="json", exclude_none=True)
    name, confidence = body.pop("command"), body.pop("confidence")
    if name in {"set_slot", "correct_slot"} and confidence == 1:
        return {"command": name, **body}
    return {"command": name, **body, "confidence": round(confidence, _DIGITS)}


def tracker_of(context: Context, clock: Clock) -> Tracker:
    """A conversation that stands where the context says."""
    tracker = Tracker(ConversationId("understand"))
    tracker.slots.update(context.slots)
    if context.flow is not None:
        tracker.stack = (Frame(frame_id=_FRAME, flow=FlowId(context.flow)),)
    if context.slot is not None:
        tracker.asked = Asked(
            at=clock.now(),
            turn=0,
            release=Fingerprint(""),
            slot=SlotName(context.slot),
            frame_id=_FRAME,
        )
    return tracker


def _read(file: Path) -> list[Line]:
    """Read the lines.

    Raises:
        ContentError: Every line that is not such an object.
    """
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    problems: list[str] = []
    lines = list(_lines(text, file.name, problems))
    if problems:
        raise ContentError(tuple(problems))
    return lines


def _lines(text: str, name: str, problems: list[str]) -> Iterator[Line]:
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        try:
            line = Line.model_validate_json(written)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            problems.append(f"{name}:{number}: {field or 'line'}: {first['msg']}")
        else:
            yield line.model_copy(update={"id": number if line.id is None else line.id})
