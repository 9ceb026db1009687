"""The bank's own rasa-sdk actions, joined: in this process, behind a webhook, or not at all."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from actions.foreign import FirstThatKnows, ForeignActions
from actions.rasa_modules import find_classes
from actions.rasa_package import RasaPackage, load_package
from actions.remote import Endpoint, RemoteAction, RemoteActions
from assistant.errors import SettingsError
from assistant.model.flow import ActionStep
from assistant.model.ids import ActionName, SlotName
from assistant.model.release import Release
from channels.settings import Settings, sample_pack


def package_of(settings: Settings) -> Path | None:
    """Where custom actions are loaded from; None when no code of the bank is loaded.

    The setting `action_package`; else `actions/` or `actions.py` of a pack that is not the
    sample bank's.

    Raises:
        SettingsError: The setting names neither a file, a folder nor a module.
    """
    if settings.action_package:
        return _named(settings.action_package)
    folder = settings.content_dir
    if folder.resolve() == sample_pack().resolve():
        return None
    if _has_code(folder / "actions"):
        return folder / "actions"
    module = folder / "actions.py"
    return module if module.is_file() else None


def pack_actions(settings: Settings) -> frozenset[ActionName]:
    """Names of the custom actions, read from the source without running it."""
    place = package_of(settings)
    found = find_classes(place) if place is not None else []
    return frozenset(ActionName(one.action) for one in found)


def load_pack_actions(settings: Settings, release: Release) -> RasaPackage | None:
    """Import the bank's code, if there is any.

    Raises:
        ContentError: It cannot be imported.
        SettingsError: The setting leads nowhere.
    """
    place = package_of(settings)
    return None if place is None else load_package(place, release, _declared(release))


async def foreign_actions(
    settings: Settings, release: Release, ours: frozenset[ActionName], stack: AsyncExitStack
) -> tuple[ForeignActions, frozenset[ActionName]]:
    """Everything that runs actions we do not have.

    Args:
        settings: The deployment's.
        release: Names the actions and what flows ask before them.
        ours: Actions of the gateway and of the engine.
        stack: Closes the connections.

    Returns:
        The actions, and the names the bank's own code has: they replace ours.
    """
    sources: list[ForeignActions] = []
    package = load_pack_actions(settings, release)
    if package is not None:
        sources.append(package)
    if settings.action_endpoint:
        declared = _declared(release)
        endpoint = Endpoint(url=settings.action_endpoint)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        table = {
            name: RemoteAction(endpoint=endpoint, arguments=declared.get(name, ()))
            for name in release.actions - ours
        }
        sources.append(RemoteActions(table=table, client=client))
    return FirstThatKnows(tuple(sources)), frozenset(package.names if package else ())


def _declared(release: Release) -> Mapping[ActionName, tuple[SlotName, ...]]:
    """What each action is about: slots its flows collect, without the yes to a read-back."""
    found: dict[ActionName, set[SlotName]] = {}
    for flow in release.flows.values():
        about = {step.slot for step in flow.collects() if not step.ask_before_filling}
        for step in flow.steps.values():
            if isinstance(step, ActionStep):
                found.setdefault(step.action, set()).update(about)
    return {action: tuple(sorted(slots)) for action, slots in found.items()}


def _has_code(folder: Path) -> bool:
    return folder.is_dir() and any(folder.rglob("*.py"))


def _named(name: str) -> Path:
    path = Path(name).expanduser()
    if path.exists():
        return path.absolute()
    spec = importlib.util.find_spec(name) if name.replace(".", "").isidentifier() else None
    if spec is None or spec.origin is None:
        msg = f'GUITAI_ACTION_PACKAGE: "{name}" is neither a file, a folder nor a module.'
        raise SettingsError(msg)
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin
