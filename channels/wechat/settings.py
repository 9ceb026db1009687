"""Settings of the WeChat surfaces; part of `channels.settings.Settings`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WeChatSettings(BaseSettings):
    """What a deployment sets for its WeChat accounts; without an id a surface does not exist."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    wechat_app_id: str | None = None
    """App id of the service account; unset: there is no WeChat channel. Its callback address is
    `/wechat/callback`, in secure mode."""

    wechat_secret: SecretStr | None = None
    """App secret of the service account."""

    wechat_token: SecretStr | None = None
    """Token of its callbacks, as set at the platform."""

    wechat_aes_key: SecretStr | None = None
    """EncodingAESKey of its callbacks, 43 characters."""

    wechat_aes_key_previous: SecretStr | None = None
    """The EncodingAESKey before that one, while the platform changes over."""

    wechat_api_url: str = "https://api.weixin.qq.com"
    """Address of the platform's API."""

    wechat_authorize_url: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    """Address of the platform's page that tells who opens a link of ours."""

    wechat_login_url: str | None = None
    """Address of the bank's own login page, on the same site as `public_url`; it posts its JWT as
    `token` to `/wechat/signed-in`. Unset: nobody can bind but the sandbox's sample customers."""

    wechat_receipt_template: str | None = None
    """Id of the template message (fields `thing1`, `time2`) that tells of a receipt once the chat
    may not; unset: it is told at the customer's next message."""

    wechat_reminder_template: str | None = None
    """Id of the subscription message (same fields) for what we say of our own accord; likewise."""

    wechat_mini_app_id: str | None = None
    """App id of the mini program; unset: there is none. Its callback address is
    `/wechat/mini/callback`, in secure mode; token and keys are those of the service account."""

    wechat_mini_secret: SecretStr | None = None
    """App secret of the mini program."""

    wecom_corp_id: str | None = None
    """Corp id for WeCom customer service; unset: there is none. Its callback address is
    `/wechat/kf/callback`."""

    wecom_secret: SecretStr | None = None
    """Secret of WeCom customer service."""

    wecom_token: SecretStr | None = None
    """Token of its callbacks."""

    wecom_aes_key: SecretStr | None = None
    """EncodingAESKey of its callbacks."""

    wecom_api_url: str = "https://qyapi.weixin.qq.com"
    """Address of WeCom's API."""

    wechat_phone_port: int = Field(default=8200, ge=0, le=65535)
    """TCP port of the phone page of `guitai serve --with-wechat`, a fake platform on this
    machine."""

    public_url: str | None = None
    """Address under which customers reach the assistant's own pages, such as
    `https://bank.example`; links in WeChat need it."""

    wechat_passive_s: float = Field(default=4.0, gt=0, le=4.5)
    """Seconds a push waits for its answer; the platform hangs up after five."""

    wechat_binding_days: float = Field(default=90.0, gt=0)
    """Days after which a bound WeChat identity has to be bound anew."""
