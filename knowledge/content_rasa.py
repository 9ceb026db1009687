"""What of a Rasa project is not content: its settings files and the patterns we do not run.

Nothing is passed over in silence: what has no meaning here is pointed at with file and line, as a
warning, because the project still runs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from knowledge.content_problems import Problems
from knowledge.content_yaml import Part, read_yaml

PATTERNS_NOT_RUN: Final[Mapping[str, str]] = {
    "pattern_collect_information": "asking is done by the collect steps themselves",
    "pattern_validate_slot": "values are checked by the collect steps: `rejections`, `validate_…`",
    "pattern_code_change": "a flow that changed under a conversation is begun again",
    "pattern_restart": "a conversation is not restarted; “cancel everything” clears the tasks",
    "pattern_user_silence": "silence is the voice channel's; it asks again by itself",
}
"""Patterns of Rasa that a pack may hold and that are read over, with what happens instead."""

SESSION_START: Final = "pattern_session_start"
_LOCALES: Final = {
    "en": "en",
    "zh": "zh-Hans",
    "zh-CN": "zh-Hans",
    "zh-HK": "zh-Hant",
    "zh-TW": "zh-Hant",
    "zh-Hans": "zh-Hans",
    "zh-Hant": "zh-Hant",
}
_CONFIG_UNUSED: Final[Mapping[str, str]] = {
    "pipeline": "words are understood by the classifier trained on the pack's own examples",
    "policies": "flows are run by the engine; documents are searched in `documents/`",
    "additional_languages": "other languages stand in `translation`",
    "importers": "one folder is one pack",
}
_NO_EFFECT: Final = ("version", "recipe", "assistant_id")
"""Keys every project has and that change nothing a customer would notice."""
_ENDPOINTS_UNUSED: Final[Mapping[str, str]] = {
    "tracker_store": "set GUITAI_DATABASE_URL",
    "lock_store": "set GUITAI_REDIS_URL",
    "event_broker": "read the event log of the database",
    "model_groups": "set GUITAI_LLM",
    "nlg": "wordings stand in `responses`; nothing rephrases them",
    "vector_store": "documents are searched in `documents/`; set GUITAI_CHROMA_URL",
    "models": "the pack itself is the model",
}


def read_project(folder: Path, problems: Problems) -> dict[str, JsonValue]:
    """Read what matters of `config.yml`, `endpoints.yml` and `credentials.yml`.

    Args:
        folder: The pack.
        problems: Where everything else is pointed at.

    Returns:
        Settings for the release: `locale`, when the project names a language.
    """
    settings: dict[str, JsonValue] = {}

    def language(part: Part) -> bool:
        text = part.text or ""
        found = _LOCALES.get(text) or _LOCALES.get(text.split("-")[0])
        if found is None:
            problems.warn(part.place, f'language "{text}": wordings are told as they are written')
        settings["locale"] = found or "en"
        return True

    _read(folder / "config.yml", _CONFIG_UNUSED, {"language": language}, problems)

    def actions(part: Part) -> bool:
        url = part.child("url")
        if url is not None:
            problems.warn(
                url.place,
                f"set GUITAI_ACTION_ENDPOINT={url.text} to have it run the actions; classes in "
                "`actions/` run in this process",
            )
        return True

    _read(folder / "endpoints.yml", _ENDPOINTS_UNUSED, {"action_endpoint": actions}, problems)
    credentials = folder / "credentials.yml"
    _read(credentials, {}, {}, problems, "channels and their secrets are settings")
    return settings


def _read(
    path: Path,
    unused: Mapping[str, str],
    used: Mapping[str, Callable[[Part], bool]],
    problems: Problems,
    otherwise: str = "it has no meaning here",
) -> None:
    if not path.is_file():
        return
    part = read_yaml(path.read_bytes(), path.name, problems)
    for key, item in part.children() if part is not None else ():
        if key in used:
            used[key](item)
        elif not item.is_null and key not in _NO_EFFECT:
            place = part.key_place(key) if part is not None else item.place
            problems.warn(place, f'"{key}" is not used; {unused.get(key, otherwise)}')
