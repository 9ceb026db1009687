"""Reviews of a deployment, with the bank's systems for video calls and for comparing faces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

from assistant.acting.context import Ports
from assistant.adapters.seeing import NoFace, NoVideo, SandboxFace, SandboxVideo
from assistant.conversation import Conversations
from assistant.errors import SettingsError
from assistant.ports.seeing import FaceChecks, VideoCalls
from assistant.reads import Reads
from assistant.reviews import Reviews
from assistant.seeing import Seeing
from channels.settings import Settings


def make_reviews(
    settings: Settings, ports: Ports, conversations: Conversations, reads: Reads
) -> Reviews:
    """What colleagues may do with reviews.

    Raises:
        SettingsError: A system of the bank's own is named and cannot be loaded.
    """
    return Reviews(
        ports=ports,
        conversations=conversations,
        patience=timedelta(hours=settings.review_patience_h),
        reads=reads,
        seeing=Seeing(
            video=_video(settings, ports),
            faces=_faces(settings),
            reviews=ports.reviews,
            conversations=conversations,
            clock=ports.clock,
            rings=timedelta(seconds=settings.video_rings_s),
        ),
    )


def _video(settings: Settings, ports: Ports) -> VideoCalls:
    if settings.video:
        made: VideoCalls = _factory(settings.video)()
        return made
    return SandboxVideo(clock=ports.clock, ids=ports.ids) if settings.sandbox else NoVideo()


def _faces(settings: Settings) -> FaceChecks:
    if settings.face_check:
        made: FaceChecks = _factory(settings.face_check)()
        return made
    return SandboxFace() if settings.sandbox else NoFace()


def _factory(name: str) -> Callable[[], Any]:
    """What `package.module:name` names.

    Raises:
        SettingsError: There is no such thing.
    """
    module, _, attribute = name.partition(":")
    try:
        made: Callable[[], Any] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        msg = f"`{name}` cannot be loaded: write package.module:name of something to call."
        raise SettingsError(msg) from error
    return made
