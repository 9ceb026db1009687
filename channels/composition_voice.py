"""The voice channel joined with the running assistant and the engines of the deployment."""

from __future__ import annotations

from channels.connector import Connector
from channels.service import Service
from channels.settings import Settings
from channels.voice.call_parts import Engines
from channels.voice.calls import Calls
from channels.voice.connector import VoiceConnector


def voice_connectors(
    settings: Settings, service: Service, engines: Engines | None
) -> tuple[Connector, ...]:
    """The connector; without engines its page says how calls become possible.

    Args:
        settings: The deployment's.
        service: The running assistant.
        engines: None where the speech components are not installed.
    """
    calls = Calls(service=service, engines=engines)
    public_url = (settings.public_url or "").rstrip("/")
    return (VoiceConnector(settings=settings, public_url=public_url, calls=calls),)
