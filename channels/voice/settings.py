"""Settings of the ways a call comes in; part of `channels.settings.Settings`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class VoiceLegSettings(BaseSettings):
    """Where calls come from; without a secret or a port a telephone way does not exist."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    voice_audiosocket_port: int | None = Field(default=None, ge=0, le=65535)
    """TCP port for Asterisk's AudioSocket; unset: none. It knows neither sign-in nor encryption:
    for a private network only."""

    voice_audiosocket_host: str = "127.0.0.1"
    """Address that port is on."""

    voice_audiosocket_rate: Literal[8000, 16_000, 24_000, 48_000] = 8000
    """Samples per second there: 8000 for the dialplan application, the codec's own for
    `Dial(AudioSocket/…)`."""

    voice_gateway_password: SecretStr | None = None
    """Password (HTTP Basic, any name) of Asterisk's chan_websocket at `/hooks/voice/asterisk` and
    Jambonz at `/hooks/voice/jambonz`; unset: neither exists."""

    voice_twilio_token: SecretStr | None = None
    """Auth token of the Twilio account whose streams come to `/hooks/voice/twilio`; unset: none.
    Their signature is over the address below GUITAI_PUBLIC_URL."""

    voice_inband_keys: bool = False
    """Whether keys of AudioSocket calls come as tones in the sound. Only for trunks that send no
    key events: otherwise each press would count twice."""
