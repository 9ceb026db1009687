"""Rasa's e2e YAML to test cases, or every problem with file, line and what would fix it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from assistant.errors import ContentError
from assistant.model.ids import ActionName, ResponseKey
from assistant.model.message import Button
from assistant.ports import ActionSay
from evals.e2e.cases import Afterwards, Case, Start, Step
from evals.e2e.expectations import Expectation
from evals.e2e.reading_assertions import read_assertion, read_older
from evals.e2e.reading_metadata import read_afterwards, read_start, read_step_metadata
from evals.stubs import Stub
from knowledge.content_problems import Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json, read_yaml

_TOP: Final = ("version", "fixtures", "metadata", "stub_custom_actions", "test_cases")
_CASE: Final = ("test_case", "fixtures", "metadata", "steps")
_OLDER: Final = ("bot", "utter", "slot_was_set", "slot_was_not_set")
_STEP: Final = ("user", "assertions", "assertion_order_enabled", "metadata", *_OLDER)
_SUFFIXES: Final = frozenset({".yml", ".yaml"})


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Test files at the paths: files as given, folders with everything below.

    Raises:
        ContentError: A path does not exist, or there is no test file at all.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ContentError((f"{path}: no such file or folder",))
        inside = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES)
        found.extend(inside if path.is_dir() else [path])
    if not found:
        raise ContentError(("no .yml file with test cases was found there",))
    return found


def read_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """Every test case of files and folders, in the order of their names.

    Raises:
        ContentError: With every problem of every file.
    """
    problems = Problems()
    cases: list[Case] = []
    for file in find_files(paths):
        part = read_yaml(file.read_bytes(), str(file), problems)
        if part is not None:
            cases.extend(_File(Reader(problems), file).read(part))
    if problems.errors():
        raise ContentError(problems.errors())
    return tuple(cases)


@dataclass(slots=True)
class _File:
    """One file being read."""

    reader: Reader
    path: Path
    fixtures: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    metadata: dict[str, Part] = field(default_factory=dict)
    stubs: dict[str, Stub] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def read(self, root: Part) -> list[Case]:
        top = self.reader.known(root, "a test file", _TOP)
        if "test_cases" not in top:
            self.reader.error(root, "test_cases is missing; list the conversations to test")
            return []
        if "fixtures" in top:
            self.fixtures = {name: self._slots(part) for name, part in self._named(top["fixtures"])}
        if "metadata" in top:
            self.metadata = dict(self._named(top["metadata"]))
        if "stub_custom_actions" in top:
            entries = self.reader.mapping(top["stub_custom_actions"], "stub_custom_actions")
            self.stubs = {name: self._stub(part) for name, part in entries.items()}
        cases = [self._case(part) for part in self.reader.elements(top["test_cases"], "test_cases")]
        return [case for case in cases if case is not None]

    def _named(self, part: Part) -> Iterable[tuple[str, Part]]:
        """Rasa writes named things as a list of mappings with one entry each."""
        for item in self.reader.elements(part, part.path):
            yield from self.reader.mapping(item, f"an element of {part.path}").items()

    def _slots(self, part: Part) -> dict[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        for item in self.reader.elements(part, "a fixture"):
            for slot, value in self.reader.mapping(item, "a slot of a fixture").items():
                values[slot] = as_json(value)
        return values

    def _stub(self, part: Part) -> Stub:
        entries = self.reader.known(part, "a stub", ("events", "responses"))
        slots: dict[str, JsonValue] = {}
        for event in self._elements(entries.get("events"), "events"):
            parts = self.reader.known(event, "an event of a stub", ("event", "name", "value"))
            self.reader.choice(parts.get("event"), "event", {"slot"})
            name = self.reader.name(parts.get("name"), "name")
            if name is not None and "value" in parts:
                slots[name] = as_json(parts["value"])
        says = [self._say(one) for one in self._elements(entries.get("responses"), "responses")]
        return Stub(slots, tuple(says))

    def _say(self, part: Part) -> ActionSay:
        entries = self.reader.known(
            part, "a response of a stub", ("text", "response", "buttons", "custom")
        )
        buttons = [
            {key: self.reader.text(value, key) or "" for key, value in one.children()}
            for one in self._elements(entries.get("buttons"), "buttons")
        ]
        response = self.reader.name(entries.get("response"), "response")
        return ActionSay(
            response_key=ResponseKey(response) if response else None,
            text=self.reader.text(entries.get("text"), "text"),
            buttons=tuple(
                Button(title=one.get("title", ""), payload=one.get("payload", ""))
                for one in buttons
            ),
            custom=self.reader.free_mapping(entries.get("custom"), "custom"),
        )

    def _elements(self, part: Part | None, what: str) -> list[Part]:
        return [] if part is None else self.reader.elements(part, what)

    def _case(self, part: Part) -> Case | None:
        entries = self.reader.known(part, "a test case", _CASE)
        name = self.reader.text(entries.get("test_case"), "test_case")
        if name is None or "steps" not in entries:
            self.reader.error(part, "a test case needs test_case (its name) and steps")
            return None
        if name in self.names:
            self.reader.error(part, f'a second test case "{name}"; names are unique in a file')
        self.names.add(name)
        start, afterwards = self._metadata(entries.get("metadata"))
        return Case(
            name=name,
            phenomenon=self.path.resolve().parent.name,
            file=self.path,
            line=part.node.line,
            steps=self._steps(entries["steps"]),
            start=start,
            afterwards=afterwards,
            slots=self._fixtures_of(entries.get("fixtures")),
            stubs=self._stubs_of(name),
        )

    def _metadata(self, part: Part | None) -> tuple[Start, Afterwards]:
        found = self._resolved(part)
        if found is None:
            return Start(), Afterwards()
        return read_start(found, self.reader), read_afterwards(found, self.reader)

    def _resolved(self, part: Part | None) -> Part | None:
        """Metadata by name, as Rasa has it, or written out in place."""
        if part is None or part.is_mapping:
            return part
        name = self.reader.text(part, "metadata")
        if name is None:
            return None
        if name not in self.metadata:
            hint = did_you_mean(name, self.metadata)
            self.reader.error(part, f'metadata "{name}" is not defined in this file{hint}')
        return self.metadata.get(name)

    def _fixtures_of(self, part: Part | None) -> Mapping[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        for name in self.reader.words(part, "fixtures"):
            if name not in self.fixtures and part is not None:
                hint = did_you_mean(name, self.fixtures)
                self.reader.error(part, f'fixture "{name}" is not defined in this file{hint}')
            values.update(self.fixtures.get(name, {}))
        return values

    def _stubs_of(self, case: str) -> dict[ActionName, Stub]:
        """Stubs for everybody, then those written for this case alone (`case::action`)."""
        everybody = {ActionName(name): one for name, one in self.stubs.items() if "::" not in name}
        own = {
            ActionName(name.removeprefix(f"{case}::")): one
            for name, one in self.stubs.items()
            if name.startswith(f"{case}::")
        }
        return everybody | own

    def _steps(self, part: Part) -> tuple[Step, ...]:
        items = self.reader.elements(part, "steps")
        if not items:
            self.reader.error(part, "steps is empty; the first one is `- user: …`")
        groups: list[list[tuple[Part, dict[str, Part]]]] = []
        for item in items:
            entries = self.reader.known(item, "a step", _STEP)
            if "user" in entries:
                groups.append([(item, entries)])
            elif not groups:
                self.reader.error(item, "the first step must be `user`")
            else:
                groups[-1].append((item, entries))
                if "assertions" in entries:
                    self.reader.error(item, "assertions stand in the step of their `user`")
        self._check_one_style(items)
        return tuple(self._step(group) for group in groups)

    def _check_one_style(self, items: Sequence[Part]) -> None:
        keys = {key for item in items for key, _ in item.children()}
        if "assertions" in keys and keys & set(_OLDER):
            both = next(item for item in items if item.child("assertions"))
            older = ", ".join(sorted(keys & set(_OLDER)))
            self.reader.error(
                both, f"assertions and {older} in one test case; use one style or two cases"
            )

    def _step(self, group: Sequence[tuple[Part, dict[str, Part]]]) -> Step:
        first, entries = group[0]
        expectations: list[Expectation] = []
        for item in self._elements(entries.get("assertions"), "assertions"):
            expectations.extend(read_assertion(item, self.reader))
        for item, older in group:
            expectations.extend(read_older(item, older, self.reader))
        said = entries["user"].text
        if said is None:
            self.reader.error(first, "user must be a text; quote it to send nothing: ''")
        ours = read_step_metadata(self._resolved(entries.get("metadata")), self.reader)
        return Step(
            said=said or "",
            line=first.node.line,
            expectations=tuple(expectations),
            in_order=self.reader.flag(
                entries.get("assertion_order_enabled"), "assertion_order_enabled", False
            ),
            message_id=ours.message_id,
            error=ours.error,
            customer=ours.customer,
            level=ours.level,
            review=ours.review,
        )
