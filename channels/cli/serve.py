"""`guitai serve`."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Annotated

import typer

from assistant.errors import SettingsError
from channels import app as web
from channels.bootstrap import Brain, build, make_brain
from channels.cli.chroma_process import chroma_process
from channels.cli.configuration import read_settings
from channels.cli.progress import Steps, bar
from channels.cli.sandbox_process import SandboxProcess, sandbox_process
from channels.cli.stopping import end_on_signals
from channels.cli.wechat_process import PlatformProcess, wechat_process
from channels.composition_foreign import package_of
from channels.composition_sandbox import answers, uses_sandbox
from channels.composition_speech import open_speech, speaking_ahead
from channels.composition_understanding import local_of
from channels.composition_voice import voice_connectors
from channels.composition_wechat import publish_menu, wechat_connectors
from channels.logs import configure
from channels.service import Service
from channels.settings import Settings
from channels.wechat.menu import menus_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog="\b\nExample:\n  guitai serve --with-sandbox\n"
    "  guitai serve --with-sandbox --with-wechat\n  guitai serve --host 0.0.0.0 --port 8080",
)
def serve(
    *,
    with_sandbox: Annotated[
        bool, typer.Option("--with-sandbox", help="Also start the sandbox core bank.")
    ] = False,
    with_wechat: Annotated[
        bool, typer.Option("--with-wechat", help="Also start a fake WeChat with a phone page.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on; GUITAI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; GUITAI_PORT.")] = None,
) -> None:
    """The assistant: API, WebSocket and pages, until Ctrl-C or SIGTERM."""
    settings = read_settings(host=host, port=port)
    configure()
    end_on_signals()
    _check_port(settings)
    steps = Steps()
    with ExitStack() as stack:
        sandbox = stack.enter_context(sandbox_process(settings)) if with_sandbox else None
        settings = stack.enter_context(chroma_process(settings))
        phone: PlatformProcess | None = None
        if with_wechat:
            settings, phone = stack.enter_context(wechat_process(settings))
        _say_index(settings, steps)
        with bar("embedding") as progress:
            brain = make_brain(settings, progress, steps.done)
        _say_bank(settings, sandbox, steps)
        _say_code(settings, steps)
        asyncio.run(_serve(settings, brain, steps, phone))


async def _serve(
    settings: Settings, brain: Brain, steps: Steps, phone: PlatformProcess | None
) -> None:
    if phone is not None:
        await publish_menu(settings, *menus_of(brain.release))
    # Opened here rather than in the web server, which would only log what goes wrong.
    async with (
        build(settings, brain=brain) as service,
        open_speech(
            settings,
            brain.release,
            classifier=local_of(service.assistant.understander).classifier,
        ) as engines,
        speaking_ahead(settings, brain.release, engines),
    ):

        @asynccontextmanager
        async def opened(_: Settings) -> AsyncIterator[Service]:
            yield service

        def ready(port: int) -> None:
            steps.done(f"ready in {steps.seconds():.1f} s")
            _print_links(settings, port)
            if phone is not None:
                print(f"  {'WeChat (fake)':<15} {phone.phone}/", flush=True)

        connectors = (
            *wechat_connectors(
                settings,
                service,
                service.engine,
                service.ids,
                recogniser=engines.recogniser if engines else None,
            ),
            *voice_connectors(settings, service, engines),
        )
        try:
            app = web.create_app(settings, opened, connectors=connectors)
            await web.serve(app, settings, ready=ready)
        except OSError as error:
            raise _port_error(settings, error) from error


def _say_bank(settings: Settings, sandbox: SandboxProcess | None, steps: Steps) -> None:
    if sandbox is not None:
        sandbox.wait()
        how = "sandbox" if sandbox.process else "sandbox that was running already"
        steps.done(f"bank: {how} at {sandbox.url}")
    elif uses_sandbox(settings) and not answers(settings.bank_url):
        steps.done(f"bank: nothing answers at {settings.bank_url} yet; start it: guitai sandbox")
    else:
        steps.done(f"bank: {settings.bank_url}")


def _say_index(settings: Settings, steps: Steps) -> None:
    if settings.chroma_url is not None:
        steps.done(f"chroma: a server at {settings.chroma_url}")


def _say_code(settings: Settings, steps: Steps) -> None:
    place = package_of(settings)
    if place is not None:
        steps.done(f"custom actions: code of the bank is loaded from {place}")


def _check_port(settings: Settings) -> None:
    """Find out before the slow part of a start.

    Raises:
        SettingsError: The port is taken, or the address is not of this machine.
    """
    try:
        web.listen(settings.host, settings.port).close()
    except OSError as error:
        raise _port_error(settings, error) from error


def _port_error(settings: Settings, error: OSError) -> SettingsError:
    reason = error.strerror or type(error).__name__
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Port {settings.port} is taken. Choose another one with GUITAI_PORT or --port."
        )
    return SettingsError(
        f"Cannot listen on {settings.host}:{settings.port}: {reason}. "
        "Check GUITAI_HOST and GUITAI_PORT."
    )


def _print_links(settings: Settings, port: int) -> None:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    rows = [("customer page", "/"), ("colleague desk", "/desk"), ("API", "/openapi.json")]
    for name, path in rows:
        print(f"  {name:<15} {address}{path}", flush=True)
    if uses_sandbox(settings):
        print(f"  {'sandbox bank':<15} {settings.bank_url}/docs", flush=True)
