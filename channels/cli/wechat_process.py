"""The fake WeChat platform as a child process of `guitai serve --with-wechat`.

It is started by the name of its module: nothing of it is imported here, and it imports nothing of
ours. Accounts and keys are made anew at each start; nothing of them is kept.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from assistant.errors import SettingsError
from channels.cli.child import wait
from channels.settings import Settings

_MODULE: Final = "evals.wechat_platform"
_PACKAGE: Final = "wechatpy"
_END_S: Final = 5.0
_KEY_LENGTH: Final = 43
_ALPHABET: Final = string.ascii_letters + string.digits
_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::", "127.0.0.1", "localhost"})  # noqa: S104 - compared, not bound
_APP_ID, _MINI_APP_ID, _CORP_ID = "wxsandbox00000001", "wxsandbox00000002", "wwsandbox00000001"
_RECEIPT, _REMINDER = "receipt", "reminder"


@dataclass(frozen=True, slots=True)
class PlatformProcess:
    """A platform that runs.

    Attributes:
        api: Address of its API.
        phone: Address of the phone page, the authorisation page and the control API.
    """

    api: str
    phone: str


@contextmanager
def platform_process(config: Mapping[str, Any]) -> Iterator[PlatformProcess]:
    """Start a platform with this configuration; end it at the end.

    Raises:
        SettingsError: Its package is not installed, or it did not start; its own words are on
            stderr.
    """
    if importlib.util.find_spec(_PACKAGE) is None:
        msg = "The fake WeChat platform needs: pip install 'guitai[wechat-platform]' (make wechat)."
        raise SettingsError(msg)
    process = subprocess.Popen(  # noqa: S603 - the interpreter that runs us
        [sys.executable, "-m", _MODULE],
        stdin=subprocess.PIPE,  # ends with us, however we end
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield _begin(process, config)
    finally:
        if process.stdin is not None:
            process.stdin.close()  # it ends when its input does
        wait(process, _END_S)
        if process.stdout is not None:
            process.stdout.close()


def _begin(process: subprocess.Popen[bytes], config: Mapping[str, Any]) -> PlatformProcess:
    line = b""
    if process.stdin is not None and process.stdout is not None:
        process.stdin.write(json.dumps(config).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    if not line:
        port = config.get("phone_port")
        msg = f"The fake WeChat platform did not start on port {port} (GUITAI_WECHAT_PHONE_PORT)."
        raise SettingsError(msg)
    return PlatformProcess(**json.loads(line))


@contextmanager
def wechat_process(settings: Settings) -> Iterator[tuple[Settings, PlatformProcess]]:
    """Settings of three accounts at a platform of our own, for as long as it runs.

    Raises:
        SettingsError: The settings name an account already, or no fixed port.
    """
    if settings.wechat_app_id is not None:
        msg = "GUITAI_WECHAT_APP_ID names an account; unset it, or leave out --with-wechat."
        raise SettingsError(msg)
    if settings.port == 0:
        msg = "GUITAI_PORT must be a fixed port with --with-wechat."
        raise SettingsError(msg)
    host = "127.0.0.1" if settings.host in _ANY_ADDRESS else settings.host
    url = f"http://{host}:{settings.port}"
    secret = {name: _secret() for name in ("secret", "token", "aes_key")}
    with platform_process(_config(url, secret, settings.wechat_phone_port)) as platform:
        yield settings.model_copy(update=_accounts(url, secret, platform)), platform


def _config(url: str, secret: Mapping[str, str], phone_port: int) -> dict[str, Any]:
    return {
        "phone_port": phone_port,
        "service": {
            **secret,
            "app_id": _APP_ID,
            "callback": f"{url}/wechat/callback",
            "title": "海岳银行（服务号）",
        },
        "mini": {
            **secret,
            "app_id": _MINI_APP_ID,
            "callback": f"{url}/wechat/mini/callback",
            "title": "海岳银行小程序客服",
        },
        "wecom": {
            **secret,
            "app_id": _CORP_ID,
            "callback": f"{url}/wechat/kf/callback",
            "name": "wksandbox",
            "title": "海岳银行微信客服",
        },
        "templates": {_RECEIPT: ["thing1", "time2"], _REMINDER: ["thing1", "time2"]},
    }


def _accounts(url: str, secret: Mapping[str, str], platform: PlatformProcess) -> dict[str, Any]:
    hidden = {name: SecretStr(value) for name, value in secret.items()}
    return {
        "public_url": url,
        "wechat_app_id": _APP_ID,
        "wechat_secret": hidden["secret"],
        "wechat_token": hidden["token"],
        "wechat_aes_key": hidden["aes_key"],
        "wechat_api_url": platform.api,
        "wechat_authorize_url": f"{platform.phone}/connect/oauth2/authorize",
        "wechat_receipt_template": _RECEIPT,
        "wechat_reminder_template": _REMINDER,
        "wechat_mini_app_id": _MINI_APP_ID,
        "wechat_mini_secret": hidden["secret"],
        "wecom_corp_id": _CORP_ID,
        "wecom_secret": hidden["secret"],
        "wecom_token": hidden["token"],
        "wecom_aes_key": hidden["aes_key"],
        "wecom_api_url": platform.api,
    }


def _secret() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_KEY_LENGTH))
