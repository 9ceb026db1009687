"""What `guitai doctor` looks at: each thing outside, tried once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import httpx
from redis import Redis
from redis.exceptions import RedisError

from assistant.errors import AssistantError, SettingsError
from channels import app as web
from channels.composition_content import bank_encoder, check_pack
from channels.composition_log import open_log
from channels.composition_sandbox import answers, sandbox_url, uses_sandbox
from channels.exposure import exposures
from channels.settings import Settings
from channels.web.pages import STATIC
from channels.wechat.connector import CALLBACK, codec_of

_LOOK_S: Final = 2.0

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at.

    Attributes:
        found: What it is, or what is wrong with it.
        fix: What to do; "" when nothing.
    """

    name: str
    state: State
    found: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Examined]:
    """Look at everything the settings name, one after another."""
    for each in exposures(settings):
        yield Examined("exposed", "warning", each.found, each.fix)
    for look in _LOOKS:
        seen = look(settings)
        if seen is not None:
            yield seen


def _data_folder(settings: Settings) -> Examined:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return Examined("data folder", "ok", str(folder))
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        return Examined("data folder", "error", found, "Set GUITAI_DATA_DIR to a writable folder.")


def _database(settings: Settings) -> Examined:
    async def opened() -> None:
        async with open_log(settings):
            pass

    kind = settings.database_url.split(":", 1)[0]
    try:
        asyncio.run(opened())
    except (AssistantError, OSError) as error:
        found = f"{kind}: {str(error) or type(error).__name__}"
        fix = "Check GUITAI_DATABASE_URL: sqlite:///file or postgresql://user:password@host/name."
        return Examined("database", "error", found, fix)
    return Examined("database", "ok", kind)


def _content(settings: Settings) -> Examined:
    if not settings.content_dir.is_dir():
        found = f"{settings.content_dir}: not a folder"
        return Examined("content", "error", found, "Set GUITAI_CONTENT_DIR to a content pack.")
    findings = check_pack(settings)
    errors = sum(finding.severity == "error" for finding in findings)
    found = f"{settings.content_dir}: {errors} errors, {len(findings) - errors} warnings"
    if errors:
        return Examined("content", "error", found, "See them with: guitai check")
    return Examined("content", "ok", found)


def _embedding(settings: Settings) -> Examined:
    name = settings.embedding_model or "bundled model"
    try:
        dimensions = len(bank_encoder(settings).encode(["."])[0])
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        found = f"{name}: {type(error).__name__}"
        fix = "Unset GUITAI_EMBEDDING_MODEL, or name a folder or model that can be loaded here."
        return Examined("embedding model", "error", found, fix)
    return Examined("embedding model", "ok", f"{name}, {dimensions} dimensions")


def _bank(settings: Settings) -> Examined:
    if answers(settings.bank_url):
        return Examined("bank", "ok", f"sandbox at {settings.bank_url}")
    if uses_sandbox(settings):
        found = f"no sandbox answers at {settings.bank_url}"
        return Examined("bank", "warning", found, "guitai serve --with-sandbox, or guitai sandbox")
    try:
        httpx.get(settings.bank_url, timeout=_LOOK_S, trust_env=False)
    except httpx.HTTPError as error:
        found = f"{settings.bank_url}: {type(error).__name__}"
        return Examined("bank", "error", found, "Check GUITAI_BANK_URL.")
    return Examined("bank", "ok", settings.bank_url)


def _port(settings: Settings) -> Examined:
    place = f"{settings.host}:{settings.port}"
    try:
        web.listen(settings.host, settings.port).close()
    except OSError as error:
        if settings.port and _is_ours(f"http://{settings.host}:{settings.port}"):
            return Examined("port", "ok", f"{place}: an assistant is running there")
        found = f"{place}: {error.strerror}"
        return Examined("port", "error", found, "Choose another one with GUITAI_PORT.")
    return Examined("port", "ok", f"{place} is free")


def _sandbox_port(settings: Settings) -> Examined | None:
    if not uses_sandbox(settings):
        return None
    if answers(sandbox_url(settings)):
        return Examined("sandbox port", "ok", f"{settings.sandbox_port}: the sandbox is running")
    try:
        web.listen("127.0.0.1", settings.sandbox_port).close()
    except OSError as error:
        found = f"{settings.sandbox_port}: {error.strerror}"
        return Examined(
            "sandbox port", "error", found, "Choose another one with GUITAI_SANDBOX_PORT."
        )
    return Examined("sandbox port", "ok", f"{settings.sandbox_port} is free")


def _pages(settings: Settings) -> Examined:
    if (STATIC / "index.html").is_file():
        return Examined("pages", "ok", str(STATIC))
    return Examined("pages", "warning", "not built", "Install Node 20 or later and run: make setup")


def _redis(settings: Settings) -> Examined | None:
    if settings.redis_url is None:
        return None
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=_LOOK_S) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        found = type(error).__name__
        return Examined("redis", "error", found, "Check GUITAI_REDIS_URL, or unset it.")
    return Examined("redis", "ok", "answers")


def _chroma(settings: Settings) -> Examined | None:
    return _reachable("chroma", settings.chroma_url, "/api/v2/heartbeat", "GUITAI_CHROMA_URL")


def _actions(settings: Settings) -> Examined | None:
    url = settings.action_endpoint
    base = url.removesuffix("/webhook") if url else None
    return _reachable("action server", base, "/health", "GUITAI_ACTION_ENDPOINT")


def _rasa(settings: Settings) -> Examined | None:
    return _reachable("rasa server", settings.rasa_url, "/", "GUITAI_RASA_URL")


def _language_model(settings: Settings) -> Examined:
    if settings.llm is None:
        return Examined("language model", "ok", "none; nothing needs one")
    if settings.llm_api_key is None and settings.llm_base_url is None:
        found = f"{settings.llm}: no key and no address"
        fix = "Set GUITAI_LLM_API_KEY, or GUITAI_LLM_BASE_URL for a model in your own network."
        return Examined("language model", "warning", found, fix)
    return Examined("language model", "ok", settings.llm)


def _wechat(settings: Settings) -> Examined | None:
    """Whether the service account has what it needs; nothing is asked of the platform."""
    if settings.wechat_app_id is None:
        return None
    try:
        codec_of(settings, settings.wechat_app_id)
    except SettingsError as error:
        fix = "Set it as at the platform; see docs/wechat.md."
        return Examined("wechat", "error", str(error), fix)
    if settings.wechat_secret is None:
        fix = "Set GUITAI_WECHAT_SECRET."
        return Examined("wechat", "error", "the app secret is missing", fix)
    if settings.public_url is None:
        found = f"{settings.wechat_app_id}: no public address, so nobody can bind or confirm"
        return Examined("wechat", "warning", found, "Set GUITAI_PUBLIC_URL.")
    callback = f"{settings.public_url.rstrip('/')}{CALLBACK}"
    return Examined("wechat", "ok", f"{settings.wechat_app_id}, callback {callback}")


def _reachable(name: str, url: str | None, path: str, variable: str) -> Examined | None:
    if url is None:
        return None
    try:
        answer = httpx.get(f"{url.rstrip('/')}{path}", timeout=_LOOK_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        found = f"{url}: {type(error).__name__}"
        return Examined(name, "error", found, f"Check {variable}, or unset it.")
    if answer.is_success:
        return Examined(name, "ok", url)
    return Examined(name, "error", f"{url}: answers {answer.status_code}", f"Check {variable}.")


def _is_ours(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=_LOOK_S, trust_env=False).is_success
    except httpx.HTTPError:
        return False


_LOOKS: Final[tuple[Callable[[Settings], Examined | None], ...]] = (
    _data_folder,
    _database,
    _content,
    _embedding,
    _bank,
    _port,
    _sandbox_port,
    _pages,
    _redis,
    _chroma,
    _actions,
    _rasa,
    _language_model,
    _wechat,
)
