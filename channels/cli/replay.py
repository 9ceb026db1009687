"""`guitai replay`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from assistant.errors import ConversationNotFound
from assistant.model.events import CommandsUnderstood, Event, MessageReceived, Said
from assistant.model.ids import ConversationId
from assistant.model.personal import hide_personal
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import StoredEvent, Understander
from assistant.response.public import public_event
from channels.bootstrap import load_release
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.printing import compact
from channels.cli.progress import bar
from channels.composition_content import open_understander
from channels.composition_log import machine_clock, open_log, reader
from channels.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_NAMES: Final = frozenset({"release", "digest", "ticket", "origin", "session", "at"})
"""Fields of events, besides those named …_id, …_key and …_sha256, that hold no words of people."""

_COMPARED: Final = frozenset({"command", "flow", "slot", "value", "options"})
"""What makes two commands the same: not their confidence or where the words stand."""


@app.command(
    epilog="\b\nExample:\n  guitai replay c_01KXYZ\n  guitai replay c_01KXYZ --against --json",
)
def replay(
    conversation: Annotated[str, typer.Argument(help="Conversation id.")],
    *,
    against: Annotated[
        bool,
        typer.Option(
            "--against", help="Read each message again with the present release; 1 if it differs."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    by: Annotated[
        str | None, typer.Option(help="Who reads it; the account of this machine without.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; written to the register.")] = "",
) -> None:
    """Rebuild a conversation from its log and print the timeline.

    Nothing is asked of the bank and nothing is written. Texts are as stored: codes and the
    like were blanked before they got there, and such messages are not read again; numbers of
    people, cards and phones are hidden here. Who read it is
    written to the register that the customer may ask about.
    """
    settings = read_settings()
    stored = asyncio.run(_load(settings, ConversationId(conversation), by, reason))
    tracker = Tracker.replay(ConversationId(conversation), (each.event for each in stored))
    release = load_release(settings.content_dir)
    differences = _differences(settings, stored) if against else []
    if as_json:
        print(json.dumps(_report(stored, tracker, release, differences), ensure_ascii=False))
    else:
        _print(stored, tracker, release, differences)
    raise typer.Exit(exits.FINDINGS if differences else exits.OK)


async def _load(
    settings: Settings, conversation_id: ConversationId, by: str | None, reason: str
) -> list[StoredEvent]:
    async with open_log(settings) as log:
        try:
            await log.reads.note((conversation_id,), reader(by), "replay", reason)
        except ConversationNotFound as error:
            msg = f"There is no conversation {conversation_id} in {settings.data_dir}'s database."
            raise ConversationNotFound(msg) from error
        return await log.store.load(conversation_id)


def _differences(settings: Settings, stored: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    with bar("embedding") as progress:
        release, make = open_understander(settings, progress)
    events = [each.event for each in stored]
    return asyncio.run(differing_turns(events, release, make(machine_clock())))


async def differing_turns(
    events: Sequence[Event], release: Release, understander: Understander
) -> list[dict[str, Any]]:
    """Fold the log; wherever a message was read, read it again and compare the commands."""
    tracker = Tracker(ConversationId("replay"))
    message: MessageReceived | None = None
    found: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, MessageReceived):
            message = event
        if isinstance(event, CommandsUnderstood) and message and not message.redacted:
            again = await understander.understand(message.button or message.text, tracker, release)
            then, now = [
                [_essence(one) for one in each] for each in (event.commands, again.commands)
            ]
            if then != now:
                found.append(_difference(event.turn, message.text, then, now))
        tracker.record(event)
    return found


def _difference(turn: int, text: str, then: Any, now: Any) -> dict[str, Any]:
    found = {"turn": turn, "text": text, "then": then, "now": now}
    hidden: dict[str, Any] = _without_numbers(found)
    return hidden


def _essence(command: Any) -> dict[str, Any]:
    body: dict[str, Any] = command.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in body.items() if name in _COMPARED}


def _report(
    stored: Sequence[StoredEvent],
    tracker: Tracker,
    release: Release,
    differences: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "conversation_id": tracker.conversation_id,
        "customer_id": tracker.customer_id,
        "turns": tracker.turn,
        "locale": tracker.locale,
        "stack": [_without_numbers(frame.model_dump(mode="json")) for frame in tracker.stack],
        "releases": sorted({each.event.release for each in stored}),
        "present_release": release.fingerprint,
        "events": [
            {"seq": each.seq, **_without_numbers(each.event.model_dump(mode="json"))}
            for each in stored
        ],
        "differences": differences,
    }


def _print(
    stored: Sequence[StoredEvent],
    tracker: Tracker,
    release: Release,
    differences: list[dict[str, Any]],
) -> None:
    for each in stored:
        line = _line(each.event, release)
        if line:
            print(f"{each.seq:5} {each.event.at:%Y-%m-%d %H:%M:%S}  {line}")
    waiting = ", ".join(frame.flow for frame in tracker.stack) or "none"
    releases = ", ".join(sorted({each.event.release for each in stored}))
    print(f"\n{tracker.turn} turns; open tasks: {waiting}; release(s): {releases}")
    if release.fingerprint not in releases:
        print(f"present release: {release.fingerprint}")
    for item in differences:
        print(f"\nturn {item['turn']}: {item['text']}")
        print(f"  then {json.dumps(item['then'], ensure_ascii=False)}")
        print(f"  now  {json.dumps(item['now'], ensure_ascii=False)}")


def _without_numbers(value: Any, name: str = "") -> Any:
    """The value with identity, card and mobile numbers hidden in what people said or gave."""
    if isinstance(value, dict):
        return {key: _without_numbers(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_numbers(inner, name) for inner in value]
    is_name = name in _NAMES or name.endswith(("_id", "_key", "_sha256"))
    return hide_personal(value) if isinstance(value, str) and not is_name else value


def _line(event: Event, release: Release) -> str | None:
    if isinstance(event, MessageReceived):
        return f"> {hide_personal(event.button or event.text)}"
    if isinstance(event, Said):
        return f"< {hide_personal(' / '.join(event.part.text.splitlines()))}"
    public = public_event(event, release)
    return None if public is None else f"· {compact(public)}"
