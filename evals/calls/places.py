"""Where everything of a lab is: folders, and ports of this machine that follow one number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

_RTP_FROM: Final = 20_000
_RTP_PORTS: Final = 400
"""Asterisk takes two for each leg of each call."""

_NAME: Final = re.compile(r"@[A-Z_]+@")

TEMPLATES: Final = Path(str(files("evals"))) / "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One lab.

    Attributes:
        folder: Of the lab; the system with Asterisk stays there from run to run.
        port: First of forty TCP and UDP ports on 127.0.0.1.
    """

    folder: Path
    port: int

    @property
    def system(self) -> Path:
        """Root of the system that Asterisk runs in."""
        return self.folder / "sid"

    @property
    def run(self) -> Path:
        """What one run leaves: recordings, logs, the server's data."""
        return self.folder / "run"

    @property
    def http(self) -> int:
        """The assistant."""
        return self.port

    @property
    def bank(self) -> int:
        """The sandbox core bank."""
        return self.port + 1

    @property
    def audiosocket(self) -> int:
        """AudioSocket of the assistant."""
        return self.port + 2

    @property
    def sip(self) -> int:
        """Asterisk."""
        return self.port + 3

    @property
    def colleague(self) -> int:
        """The colleague's telephone."""
        return self.port + 4

    @property
    def caller(self) -> int:
        """First port of the caller that speaks; sipp's callers follow it."""
        return self.port + 5

    @property
    def heard(self) -> int:
        """First port for the sound that callers hear."""
        return self.port + 10

    def values(self, password: str) -> dict[str, str]:
        """What stands in the templates, by its name there."""
        return {
            "SIP": str(self.sip),
            "HTTP": str(self.http),
            "AUDIOSOCKET": str(self.audiosocket),
            "COLLEAGUE": str(self.colleague),
            "CALLER": str(self.caller),
            "HEARD": str(self.heard),
            "HEARD_END": str(self.heard + 9),
            "RTP": str(_RTP_FROM),
            "RTP_END": str(_RTP_FROM + _RTP_PORTS),
            "PASSWORD": password,
        }


def filled(template: Path, values: dict[str, str]) -> str:
    """A template with its `@NAME@` replaced.

    Raises:
        KeyError: A name has no value.
    """
    text = template.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    if (left := _NAME.search(text)) is not None:
        raise KeyError(left[0])
    return text
