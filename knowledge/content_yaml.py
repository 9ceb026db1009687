"""YAML to a tree in which every value keeps its line; nothing is constructed from tags.

Built from the parser's events, not by recursion, so depth, size and aliases are bounded
before anything is built. Scalars keep their written form: whether `yes` is a boolean or a
word is decided by the reader that knows what belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Never

import yaml
from pydantic import JsonValue

from knowledge.content_problems import Place, Problems

MAX_BYTES: Final = 1_000_000
"""Largest file read; the biggest of the sample bank is below a tenth of it."""
_MAX_DEPTH: Final = 40
_MAX_NODES: Final = 200_000
"""Values in one file, with aliases counted as often as they are used."""
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SHOWN: Final = 40

TRUE_WORDS: Final = frozenset({"true", "yes", "on", "y"})
FALSE_WORDS: Final = frozenset({"false", "no", "off", "n"})
"""YAML 1.1 booleans, read as such only where a boolean is expected."""
_NULL_WORDS = frozenset({"", "~", "null"})
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d{1,17}\.\d{1,17}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Node:
    """One value of the file.

    Attributes:
        line: Counted from 1.
        text: Written form of a scalar, None for a list or mapping.
        plain: Whether a scalar was written without quotes or block marks.
        items: Elements of a list, None for the rest.
        entries: Values of a mapping by key, None for the rest.
        key_lines: Line of each key of a mapping.
        size: Values below and including this one.
    """

    line: int
    text: str | None = None
    plain: bool = True
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A value together with where it stands."""

    node: Node
    file: str
    path: str

    @property
    def place(self) -> Place:
        """Where a problem with this value is reported."""
        return Place(self.file, self.node.line, self.path)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return self.node.items is not None

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return self.node.entries is not None

    @property
    def is_null(self) -> bool:
        """Whether the value is left empty, `~` or `null`."""
        node = self.node
        return node.text is not None and node.plain and node.text.lower() in _NULL_WORDS

    @property
    def text(self) -> str | None:
        """Written form of a scalar that is not null."""
        return None if self.is_null else self.node.text

    def elements(self) -> Iterator[Part]:
        """The elements of a list; nothing for other values."""
        for index, item in enumerate(self.node.items or ()):
            yield Part(item, self.file, f"{self.path}[{index}]")

    def children(self) -> Iterator[tuple[str, Part]]:
        """The entries of a mapping; nothing for other values."""
        for key, item in (self.node.entries or {}).items():
            yield key, Part(item, self.file, self._below(key))

    def child(self, key: str) -> Part | None:
        """One entry of a mapping."""
        item = (self.node.entries or {}).get(key)
        return Part(item, self.file, self._below(key)) if item is not None else None

    def key_place(self, key: str) -> Place:
        """Where a key of a mapping stands."""
        return Place(self.file, self.node.key_lines.get(key, self.node.line), self._below(key))

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def as_json(part: Part) -> JsonValue:
    """The value as YAML 1.2 reads it: only `true` and `false` are booleans."""
    if part.is_list:
        return [as_json(item) for item in part.elements()]
    if part.is_mapping:
        return {key: as_json(item) for key, item in part.children()}
    text = part.text
    if text is None or not part.node.plain:
        return text
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def read_yaml(data: bytes, file: str, problems: Problems) -> Part | None:
    """Read one file.

    Args:
        data: The bytes of the file, UTF-8.
        file: Its path inside the pack, for messages.
        problems: Where faults are reported.

    Returns:
        The tree, or None when the file is empty or was refused (and reported).
    """
    if len(data) > MAX_BYTES:
        problems.error(Place(file, 1), f"larger than {MAX_BYTES:,} bytes; split the file")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.error(Place(file, line), "not UTF-8; save the file with UTF-8 encoding")
        return None
    builder = _Builder(file, problems)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        problems.error(Place(file, _error_line(error, text)), f"not YAML: {_reason(error)}")
        return None
    except _Refused:
        return None
    except (ValueError, OverflowError):  # the pure Python scanner on impossible escapes
        problems.error(Place(file, 1), "not YAML: a character that cannot be written")
        return None
    return Part(builder.root, file, "") if builder.root is not None else None


class _Refused(Exception):  # noqa: N818 - leaves the event loop; the problem is reported
    """The file was refused and the reason reported."""


@dataclass(slots=True)
class _Builder:
    """Builds nodes from parser events, keeping the open lists and mappings on a stack."""

    file: str
    problems: Problems
    root: Node | None = None
    documents: int = 0
    nodes: int = 0
    open: list[Node] = field(default_factory=list)
    keys: list[tuple[str, int] | None] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    names: list[str | None] = field(default_factory=list)

    def take(self, event: yaml.Event) -> None:
        """Take the next event in."""
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self._refuse(event, "a second document (`---`); one file holds one")
            case yaml.AliasEvent():
                self._put(self._alias(event), event)
            case yaml.ScalarEvent():
                self._put(self._scalar(event), event)
            case yaml.CollectionStartEvent():
                self._open(event)
            case yaml.CollectionEndEvent():
                self._close()
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._check_tag(event, event.tag)
        if _SURROGATE.search(event.value):
            self._refuse(event, "half of a surrogate pair; write the character itself")
        plain = event.style in (None, "")
        node = Node(_line(event), text=event.value, plain=plain)
        self._count(event, 1)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            self._refuse(event, f"alias *{event.anchor} has no finished anchor above it")
        self._count(event, node.size)
        return node

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._check_tag(event, event.tag)
        if len(self.open) >= _MAX_DEPTH:
            self._refuse(event, f"nested more than {_MAX_DEPTH} deep")
        if self._expects_key():
            self._refuse(event, "a list or mapping as a key; keys are single words")
        self._count(event, 1)
        if isinstance(event, yaml.SequenceStartEvent):
            self.open.append(Node(_line(event), items=[]))
        else:
            self.open.append(Node(_line(event), entries={}))
        self.keys.append(None)
        self.names.append(event.anchor)
        if event.anchor:
            self.anchors[event.anchor] = None

    def _close(self) -> None:
        node = self.open.pop()
        self.keys.pop()
        anchor = self.names.pop()
        below = node.items if node.items is not None else list((node.entries or {}).values())
        node.size = 1 + sum(item.size for item in below)
        if anchor:
            self.anchors[anchor] = node
        self._attach(node)

    def _put(self, node: Node, event: yaml.Event) -> None:
        if self._expects_key():
            self._key(node, event)
        else:
            self._attach(node)

    def _key(self, node: Node, event: yaml.Event) -> None:
        if node.text is None:
            self._refuse(event, "a list or mapping as a key; keys are single words")
        if node.text == "<<" and node.plain:
            self._refuse(event, "merge keys (`<<`) are not supported; write the entries out")
        entries = self.open[-1].entries or {}
        if node.text in entries:
            first = self.open[-1].key_lines[node.text]
            place = Place(self.file, _line(event), self._path(node.text))
            self.problems.error(
                place, f'duplicate key "{node.text}", first on line {first}; remove one'
            )
        self.keys[-1] = (node.text, _line(event))

    def _attach(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.items is not None:
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is not None and parent.entries is not None:
            parent.entries.setdefault(key[0], node)
            parent.key_lines.setdefault(key[0], key[1])
        self.keys[-1] = None

    def _expects_key(self) -> bool:
        return bool(self.open) and self.open[-1].entries is not None and self.keys[-1] is None

    def _path(self, last: str) -> str:
        """Keys and indexes that lead to the open mapping, then `last`."""
        path = ""
        for node, key in zip(self.open, self.keys, strict=True):
            if key is not None:
                path += f".{key[0]}"
            elif node.items is not None:
                path += f"[{len(node.items)}]"
        return f"{path}.{last}".lstrip(".")

    def _check_tag(self, event: yaml.Event, tag: str | None) -> None:
        if tag not in (None, "!"):
            self._refuse(event, f"tag {str(tag)[:_SHOWN]} is not supported; write plain values")

    def _count(self, event: yaml.Event, size: int) -> None:
        self.nodes += size
        if self.nodes > _MAX_NODES:
            self._refuse(event, f"more than {_MAX_NODES:,} values, aliases counted")

    def _refuse(self, event: yaml.Event, reason: str) -> Never:
        self.problems.error(Place(self.file, _line(event)), reason)
        raise _Refused


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark is not None else 1


def _error_line(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            return int(mark.line) + 1
    position = getattr(error, "position", 0)
    return text[:position].count("\n") + 1 if isinstance(position, int) else 1


def _reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        said = [error.context, error.problem]
        return ", ".join(part for part in said if part) + "; check indentation, quotes and colons"
    return str(getattr(error, "reason", error)).splitlines()[0]
