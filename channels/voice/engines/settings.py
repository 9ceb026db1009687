"""Settings of speech; part of `channels.settings.Settings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SpeechSettings(BaseSettings):
    """Which engines hear and speak."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    speech_models: Path | None = None
    """Folder of the speech models (`guitai voice models`); unset: `speech/` of the data folder."""

    speech_voice: str = "zf_xiaoxiao"
    """Voice of the assistant: zf_xiaoxiao, zf_xiaoyi, zf_xiaobei, zm_yunxi, zm_yunjian, zm_yunxia
    or zm_yunyang."""

    speech_threads: int = Field(default=2, ge=1)
    """Cores one utterance or clause may use."""

    speech_deadline_s: float = Field(default=8.0, gt=0)
    """How long an engine may take for one utterance or clause, seconds."""
