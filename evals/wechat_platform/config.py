"""What the process is started with: one JSON document on its standard input."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Account(BaseModel):
    """One account of a customer of the platform.

    Attributes:
        app_id: App id; for WeCom the corp id.
        callback: Address that pushes go to.
        name: The account's own name in messages (`gh_…`; for WeCom the `open_kfid`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_id: str
    secret: str
    token: str
    aes_key: str = Field(min_length=43, max_length=43)
    callback: str
    name: str = "gh_haiyue"
    title: str = ""


class Config(BaseModel):
    """A platform.

    Attributes:
        api_port: Of the API; 0 for any free one.
        phone_port: Of the phone page, the authorisation page and the control API.
        start_s: Virtual time at the start, seconds since 1970; None for the real one.
        speed: Virtual seconds in a real one.
        tries: How often a push is posted in all.
        domains: Host names web authorisation may return to.
        templates: Ids of template and subscription messages, with their fields.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_port: int = 0
    phone_port: int = 0
    start_s: float | None = None
    speed: float = Field(default=1.0, gt=0)
    seed: int = 1
    tries: int = Field(default=3, ge=1, le=4)
    service: Account
    mini: Account | None = None
    wecom: Account | None = None
    domains: list[str] = ["127.0.0.1", "localhost"]
    templates: dict[str, list[str]] = {}
