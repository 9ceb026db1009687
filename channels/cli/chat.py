"""`guitai chat`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, get_args

import httpx
import typer
from typer.core import TyperCommand

from assistant.errors import AssistantError, MessageInvalid, SettingsError
from assistant.model.assurance import Assurance
from assistant.model.ids import ConversationId, CustomerId, MessageId
from assistant.model.message import Button, InboundMessage, Locale, SignIn
from channels.bootstrap import RunningService, build, make_brain
from channels.cli.configuration import read_settings
from channels.cli.printing import print_turn
from channels.cli.progress import bar
from channels.composition_sandbox import bank_for_command
from channels.settings import Settings
from channels.web.directory import Directory

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_CHANNEL: Final = "terminal"
_HELP: Final = """\
Type a message; a number presses the button of that number; /affirm and the like send a payload.
/help this text   /verbose events on or off   /quit end (or Ctrl-D)"""
_OPTIONS: Final = frozenset({"--as", "--level", "--locale", "-v", "--verbose", "--help", "--say"})


def repeat_say(arguments: list[str]) -> list[str]:
    """Write `--say A B C` as `--say A --say B --say C`, which the parser reads."""
    written: list[str] = []
    saying = False
    for argument in arguments:
        name = argument.split("=", 1)[0]
        if name in _OPTIONS:
            saying = name == "--say"
            if argument != "--say":
                written.append(argument)
        elif saying:
            written += ["--say", argument]
        else:
            written.append(argument)
    return written


class SayCommand(TyperCommand):
    """A command whose `--say` takes every text up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Spread the texts, then parse as usual."""
        return super().parse_args(ctx, repeat_say(args))


@app.command(
    cls=SayCommand,
    epilog="\b\nExample:\n  guitai chat --as C1001\n"
    "  guitai chat --as C1001 --say '我的卡好像落在出租车上了，先帮我锁一下' '6688' '是'",
)
def chat(
    *,
    customer: Annotated[
        str | None,
        typer.Option("--as", metavar="CUSTOMER", help="Customer to be; without it, a visitor."),
    ] = None,
    level: Annotated[
        int, typer.Option(min=1, max=4, metavar="1-4", help="Assurance of the sign-in.")
    ] = 3,
    say: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT ...", help="Messages to send, in order, instead of asking."),
    ] = None,
    locale: Annotated[str | None, typer.Option(help="zh-Hans, zh-Hant or en.")] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also level, events and citations.")
    ] = False,
) -> None:
    """Talk to the assistant in the terminal.

    Speaks to the bank at GUITAI_BANK_URL; when that is the sandbox and it is not running, the
    sandbox's database is opened for the duration, and what was done stays done.
    """
    if locale is not None and locale not in get_args(Locale):
        msg = f"--locale must be one of {', '.join(get_args(Locale))}"
        raise typer.BadParameter(msg)
    wish = _Wish(customer=customer, level=level, locale=locale, say=tuple(say or ()))
    asyncio.run(_chat(read_settings(), wish, verbose=verbose))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    customer: str | None
    level: int
    locale: Any
    say: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Talk:
    """One conversation at the terminal.

    Attributes:
        buttons: Those of the last reply, to be pressed by number.
    """

    service: RunningService
    conversation_id: ConversationId
    sign_in: SignIn | None
    verbose: bool
    buttons: list[Button] = field(default_factory=list)

    async def send(self, text: str) -> None:
        """Send one message or payload and print the turn."""
        button = text if text.startswith("/") else None
        turn = await self.service.assistant.handle(
            InboundMessage(
                message_id=MessageId(self.service.ids.new("m")),
                conversation_id=self.conversation_id,
                text="" if button else text,
                button=button,
                channel=_CHANNEL,
                sign_in=self.sign_in,
            )
        )
        self.buttons = print_turn(turn, verbose=self.verbose)

    async def ask(self) -> None:
        """Read from the keyboard until the end."""
        print(_HELP)
        while True:
            try:
                text = input("\n> ").strip()  # noqa: ASYNC250 - between turns nothing else runs
            except EOFError:
                print()
                return
            if text == "/quit":
                return
            await self._take(text)

    async def _take(self, text: str) -> None:
        if text == "/help":
            print(_HELP)
        elif text == "/verbose":
            self.verbose = not self.verbose
        elif text:
            try:
                await self.send(self._pressed(text))
            except MessageInvalid as error:
                print(error)
            except AssistantError as error:
                print(f"{error.code}: {error}", file=sys.stderr)

    def _pressed(self, text: str) -> str:
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(self.buttons):
            return self.buttons[int(text) - 1].payload
        return text


async def _chat(settings: Settings, wish: _Wish, *, verbose: bool) -> None:
    with bar("embedding") as progress:
        brain = make_brain(settings, progress)
    async with AsyncExitStack() as stack:
        bank = await stack.enter_async_context(bank_for_command(settings))
        service = await stack.enter_async_context(build(settings, brain=brain, http=bank))
        sign_in = await _sign_in(settings, service, bank, wish)
        conversation_id = await service.assistant.conversations.open(
            channel=_CHANNEL, locale=wish.locale, sign_in=sign_in
        )
        talk = _Talk(
            service=service, conversation_id=conversation_id, sign_in=sign_in, verbose=verbose
        )
        print(f"conversation {conversation_id}", file=sys.stderr)
        for text in wish.say:
            print(f"\n> {text}")
            await talk.send(text)
        if not wish.say:
            await talk.ask()


async def _sign_in(
    settings: Settings, service: RunningService, bank: httpx.AsyncClient | None, wish: _Wish
) -> SignIn | None:
    if wish.customer is None:
        return None
    if not settings.sandbox:
        msg = "--as needs the sandbox bank (GUITAI_SANDBOX): a real customer signs in elsewhere."
        raise SettingsError(msg)
    customer_id = CustomerId(wish.customer)
    async with AsyncExitStack() as stack:
        if bank is None:
            bank = await stack.enter_async_context(
                httpx.AsyncClient(base_url=settings.bank_url, trust_env=False)
            )
        person = await Directory(bank).find(customer_id)
    if person is None:
        msg = f"The bank has no customer {customer_id}; the sample ones are C1001 to C1006."
        raise SettingsError(msg)
    return SignIn(customer_id=customer_id, level=Assurance(wish.level), at=service.clock.now())
