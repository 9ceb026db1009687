"""Settings of speech; part of `channels.settings.Settings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SpeechSettings(BaseSettings):
    """Which engines hear and speak."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    speech_models: Path | None = None
    """Folder of the speech models (`guitai voice models`); unset: `speech/` of the data folder."""

    speech_voice: str = "zf_xiaoxiao"
    """Voice of the assistant: zf_xiaoxiao, zf_xiaoyi, zf_xiaobei, zm_yunxi, zm_yunjian, zm_yunxia
    or zm_yunyang; with GUITAI_SPEECH_SYNTHESIS_URL one of that server's."""

    speech_threads: int = Field(default=2, ge=1)
    """Cores one utterance or clause may use."""

    speech_deadline_s: float = Field(default=8.0, gt=0)
    """How long an engine may take for one utterance or clause, seconds."""

    speech_funasr_url: str | None = Field(default=None, pattern="^wss?://")
    """WebSocket address of a FunASR server that recognises; unset: none."""

    speech_recognition_url: str | None = Field(default=None, pattern="^https?://")
    """Base address (`…/v1`) of a server that recognises by OpenAI's `/audio/transcriptions`; unset:
    none. GUITAI_SPEECH_FUNASR_URL goes before it."""

    speech_recognition_model: str = "whisper-1"
    """Name of the model there."""

    speech_recognition_key: SecretStr | None = None
    """Its key; unset: none is sent."""

    speech_synthesis_url: str | None = Field(default=None, pattern="^https?://")
    """Base address (`…/v1`) of a server that speaks by OpenAI's `/audio/speech`; unset: none."""

    speech_synthesis_model: str = "tts-1"
    """Name of the model there."""

    speech_synthesis_key: SecretStr | None = None
    """Its key; unset: none is sent."""

    speech_prompts: bool = True
    """Whether fixed prompts are spoken ahead of calls while the assistant runs, so that nobody
    waits for them. Takes processor time once for each release, voice and rate."""
