"""The bank's own rasa-sdk actions, run in this process by rasa-sdk's own executor.

Each call runs in a thread with an event loop of its own, so that blocking code of the bank holds
up nobody else. Such an action promises no idempotency: one that a policy calls a change and that
fails or does not answer in time ends `unknown`, is not sent again and not settled by asking.
Nothing is loaded unless the deployment asks for it (see `channels.composition_foreign`).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from pydantic import JsonValue

from actions.rasa_answer import result_of
from actions.rasa_modules import load_modules
from assistant.errors import BankOutcomeUnknown, BankUnavailable, ContentError
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.release import Release
from assistant.ports import ActionRequest, ActionResult

if TYPE_CHECKING:
    from rasa_sdk import Action
    from rasa_sdk.executor import ActionExecutor

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0
"""Seconds until the silence of an action counts as lost, as with a foreign server."""
_PROTOCOL: Final = "3.21.0"
_REJECTED: Final = ResponseKey("reason_action_rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaPackage:
    """Action classes of one package; implements `actions.foreign.ForeignActions`.

    Attributes:
        rejection: What an action raises to say that it cannot run now.
        domain: The release in the form of Rasa's domain; what `run` gets as `domain`.
        declared: Slots each action is about: what a customer confirms and a key hashes.
    """

    executor: ActionExecutor
    rejection: type[BaseException]
    domain: Mapping[str, Any]
    declared: Mapping[ActionName, tuple[SlotName, ...]] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S

    @property
    def names(self) -> tuple[ActionName, ...]:
        """Actions of the package, sorted."""
        return tuple(sorted(ActionName(name) for name in self.executor.actions))

    def knows(self, action: ActionName) -> bool:
        """See the protocol."""
        return action in self.executor.actions

    def is_change(self, action: ActionName) -> bool:
        """See the protocol: only the bank's policy says what changes something."""
        return False

    def arguments(self, action: ActionName) -> tuple[SlotName, ...]:
        """See the protocol."""
        return self.declared.get(action, ())

    async def run(
        self, request: ActionRequest, *, is_change: bool, secret_slots: frozenset[SlotName]
    ) -> ActionResult:
        """See the protocol."""
        call = self._call(request, secret_slots)
        running = asyncio.create_task(asyncio.to_thread(_run, self.executor, call))
        await asyncio.wait({running}, timeout=self.timeout_s)
        if not running.done():
            logger.error("A custom action did not answer.", extra={"action": request.action})
            raise _lost(is_change=is_change)
        error = running.exception()
        if isinstance(error, self.rejection):
            return ActionResult(outcome="refused", reason=_REJECTED)
        if error is not None:
            # The text of somebody else's error may hold what the customer said.
            logger.error(
                "A custom action failed.",
                extra={"action": request.action, "error": type(error).__name__},
            )
            raise _lost(is_change=is_change) from error
        answer = running.result()
        return result_of(answer["events"], answer["responses"])

    def _call(self, request: ActionRequest, secret_slots: frozenset[SlotName]) -> dict[str, Any]:
        known: dict[str, JsonValue] = dict.fromkeys(self.domain.get("slots", {}))
        filled = {n: v for n, v in request.slots.items() if SlotName(n) not in secret_slots}
        return {
            "next_action": request.action,
            "sender_id": request.conversation_id,
            "version": _PROTOCOL,
            "tracker": {
                "sender_id": request.conversation_id,
                "slots": {**known, **filled},
                "latest_message": {"text": request.text, "intent": {}, "entities": []},
                "latest_input_channel": request.channel,
                "events": [],
                "paused": False,
                "followup_action": None,
                "active_loop": {},
                "latest_action_name": "action_listen",
                "user_id": request.customer_id,
            },
            "domain": self.domain,
        }


def load_package(
    where: Path,
    release: Release,
    declared: Mapping[ActionName, tuple[SlotName, ...]] | None = None,
) -> RasaPackage:
    """Import a package and register its `Action` classes.

    Args:
        where: Folder of modules, or one `.py` file.
        release: The content in force.
        declared: See `RasaPackage`.

    Raises:
        ContentError: There is nothing there, a module cannot be imported, or a class is no
            usable action.
    """
    if not where.exists():
        raise ContentError((f"{where}: there are no custom actions here",))
    # Half a second of import that an assistant without such actions need not wait for.
    from rasa_sdk.executor import ActionExecutor  # noqa: PLC0415 - heavy, rarely needed
    from rasa_sdk.interfaces import Action, ActionExecutionRejection  # noqa: PLC0415 - same

    executor = ActionExecutor()
    for kind in _classes(load_modules(where), Action):
        _register(executor, kind)
    return RasaPackage(
        executor=executor,
        rejection=ActionExecutionRejection,
        domain=domain_of(release),
        declared=declared or {},
    )


def domain_of(release: Release) -> dict[str, Any]:
    """The release as the domain rasa-sdk actions read."""
    return {
        "slots": {
            name: {"type": slot.type, "initial_value": slot.initial_value}
            for name, slot in release.slots.items()
        },
        "responses": {
            key: [{"text": next(iter(one.text.values()), "")} for one in variants]
            for key, variants in release.responses.items()
        },
        "actions": sorted(release.actions),
        "intents": sorted({example.intent for example in release.examples}),
        "entities": sorted({e for slot in release.slots.values() for e in slot.entities}),
        "forms": {},
        "session_config": {},
    }


def _run(executor: ActionExecutor, call: dict[str, Any]) -> dict[str, Any]:
    answer = asyncio.run(executor.run(call))
    return {"events": [], "responses": []} if answer is None else dict(answer.model_dump())


def _classes(modules: Iterable[ModuleType], base: type[Action]) -> list[type[Action]]:
    own = {module.__name__ for module in modules}
    found = {
        kind: None
        for module in modules
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, base) and kind.__module__ in own
    }
    return [
        kind for kind in found if not inspect.isabstract(kind) and "name" in _defined(kind, base)
    ]


def _defined(kind: type[Action], base: type[Action]) -> set[str]:
    """Members the classes of the package define; a base class without `name` is no action."""
    return {name for one in kind.__mro__ if one is not base for name in vars(one)}


def _register(executor: ActionExecutor, kind: type[Action]) -> None:
    file = inspect.getsourcefile(kind)
    try:
        instance = kind()
        name = instance.name()
    except (TypeError, AttributeError, NotImplementedError) as error:
        message = f"{file}:1: {kind.__name__}: {error}; give it `name` and `run`"
        raise ContentError((message,)) from error
    if len(inspect.signature(instance.run).parameters) < _RUN_TAKES:
        message = f"{file}:1: {kind.__name__}.run takes dispatcher, tracker and domain"
        raise ContentError((message,))
    if name in executor.actions:
        raise ContentError((f'{file}:1: a second class has the action name "{name}"; keep one',))
    executor.register_function(name, instance.run)


_RUN_TAKES: Final = 3


def _lost(*, is_change: bool) -> BankOutcomeUnknown | BankUnavailable:
    msg = "A custom action did not answer."
    return BankOutcomeUnknown(msg) if is_change else BankUnavailable(msg)
