"""What the bank set about risk: `policies/risk/`, recognised by top-level keys.

* `patterns`, `signs`, `inquiry`, `realised`, `others`: what scams sound like;
* `rows`: a decision table; below `challenger/` it is the one that is only watched;
* `lists`: payees, phones and devices allowed or denied;
* `score`: weights of the small model;
* anything else: limits and names (`settings.yml`).

A decision table whose last row does not fit everything, or does not say hold, is refused: rules
engines answer with that row when their inputs are missing, and then money must not go.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Final, cast

from assistant.model.ids import ActionName, FlowId
from assistant.model.risk import (
    Decision,
    ListEntry,
    RiskPolicy,
    RuleRow,
    RuleTable,
    ScamPattern,
    ScamWords,
    ScoreModel,
)
from knowledge.content_problems import Problems
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

DECISIONS: Final = ("allow", "step_up", "hold", "deny")
CATCH_ALL: Final = "hold"
_STANCES: Final = ("inquiry", "realised", "others")
_SCAM_KEYS: Final = ("patterns", "signs", *_STANCES)
_TABLE_KEYS: Final = ("version", "fields", "rows", "description")
_ROW_KEYS: Final = ("id", "when", "then", "reason", "description")
_ENTRY_KEYS: Final = ("list", "kind", "value", "from", "to", "reason")
_SCORE_KEYS: Final = ("label", "bias", "weights", "step_up_at", "hold_at")
_NAME_KEYS: Final = ("money", "protective", "money_flows", "protective_flows", "family")
_NUMBER_KEYS: Final = ("hold_hours", "time_out_ms", "alert_at")
_CHALLENGER: Final = "/challenger/"
_LARGEST: Final = 1_000_000
_THOUSAND: Final = 1000
_MAX_CELL: Final = 200


def read_risk(files: Iterable[tuple[str, Part]], problems: Problems) -> RiskPolicy:
    """Read every file below `policies/risk`."""
    reader, found = Reader(problems), dict[str, Any]()
    for _, part in files:
        keys = {key for key, _ in part.children()}
        if keys & {"patterns", *_STANCES}:
            found["scam"] = _scam(reader, part)
        elif "rows" in keys:
            kind = "challenger" if _CHALLENGER in part.file else "table"
            found[kind] = read_table(reader, part)
        elif "lists" in keys:
            found["lists"] = (*found.get("lists", ()), *_lists(reader, part))
        elif "score" in keys:
            found["model"] = _score(reader, part)
        else:
            found |= _settings(reader, part)
    return RiskPolicy(**{key: value for key, value in found.items() if value is not None})


def read_table(reader: Reader, part: Part) -> RuleTable | None:
    """Read one decision table; what is wrong with it is reported."""
    keys = reader.known(part, "a decision table", _TABLE_KEYS)
    fields = reader.words(keys.get("fields"), "a field")
    version = reader.name(keys.get("version"), "version")
    items = reader.elements(keys["rows"], "rows") if "rows" in keys else []
    rows = [row for item in items if (row := _row(reader, item, fields)) is not None]
    if version is None or not fields or not rows:
        reader.error(part, "a decision table needs version, fields and rows")
        return None
    last = rows[-1]
    if any(last.cells) or last.decision != CATCH_ALL:
        reader.error(
            items[-1],
            f'the last row must fit everything and say "then: {CATCH_ALL}": the engine takes it '
            "when inputs are missing, so it may never let a change through",
        )
    for row, item in zip(rows[:-1], items, strict=False):
        if not any(row.cells):
            reader.error(item, f'row "{row.id}" fits everything: the rows after it never count')
    return RuleTable(
        version=version, fields=fields, rows=tuple(rows), sha256=_hash(rows), source=part.file
    )


def _row(reader: Reader, part: Part, fields: tuple[str, ...]) -> RuleRow | None:
    keys = reader.known(part, "a row", _ROW_KEYS)
    name = reader.name(keys.get("id"), "id")
    decision = reader.choice(keys.get("then"), "then", DECISIONS)
    reason = reader.name(keys.get("reason"), "reason")
    if name is None or decision is None or reason is None:
        reader.error(part, "a row needs id, then and reason")
        return None
    when = reader.known(keys["when"], "when", fields) if "when" in keys else {}
    cells = {key: reader.text(cell, key) or "" for key, cell in when.items()}
    for key, cell in cells.items():
        if len(cell) > _MAX_CELL:
            reader.error(when[key], f"the condition is longer than {_MAX_CELL} characters")
    return RuleRow(
        id=name,
        decision=cast("Decision", decision),
        reason=reason,
        cells=tuple(cells.get(each, "") for each in fields),
    )


def _hash(rows: Iterable[RuleRow]) -> str:
    content = json.dumps([[r.id, r.decision, r.reason, r.cells] for r in rows])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _scam(reader: Reader, part: Part) -> ScamWords:
    keys = reader.known(part, "the words of scams", _SCAM_KEYS)
    patterns = []
    for name, item in reader.mapping(keys["patterns"], "patterns").items():
        of = reader.known(item, f"the scam {name}", ("strong", "cues"))
        strong = _expressions(reader, of.get("strong"))
        patterns.append(
            ScamPattern(id=name, strong=strong, cues=_expressions(reader, of.get("cues")))
        )
    signs = reader.mapping(keys["signs"], "signs") if "signs" in keys else {}
    return ScamWords(
        patterns=tuple(patterns),
        signs={name: _expressions(reader, item) for name, item in signs.items()},
        stances={name: _expressions(reader, keys.get(name)) for name in _STANCES},
    )


def _expressions(reader: Reader, part: Part | None) -> tuple[str, ...]:
    kept = []
    for item in part.elements() if part is not None else ():
        text = reader.text(item, "an expression")
        if text is None:
            continue
        try:
            harmless = re.compile(text).search("") is None
        except (re.error, RecursionError, OverflowError) as error:
            reader.error(item, f"`{text[:60]}` is not a regular expression: {error}")
            continue
        if harmless:
            kept.append(text)
        else:
            reader.error(item, f"`{text[:60]}` fits everything, even nothing")
    return tuple(kept)


def _lists(reader: Reader, part: Part) -> list[ListEntry]:
    entries = []
    keys = reader.known(part, "lists", ("lists",))
    for item in reader.elements(keys["lists"], "lists"):
        of = reader.known(item, "an entry", _ENTRY_KEYS)
        kept = reader.choice(of.get("list"), "list", ("allow", "deny"))
        kind = reader.choice(of.get("kind"), "kind", ("payee", "phone", "device"))
        value, start = reader.text(of.get("value"), "value"), reader.day(of.get("from"), "from")
        if kept is None or kind is None or value is None or start is None:
            reader.error(item, "an entry needs list, kind, value and from")
            continue
        entry = {"list": kept, "kind": kind, "value": value, "effective_from": start}
        entry["effective_to"] = reader.day(of.get("to"), "to")
        entry["reason"] = reader.name(of.get("reason"), "reason") or f"{kind}_{kept}"
        entries.append(ListEntry(**cast("Any", entry)))
    return entries


def _score(reader: Reader, part: Part) -> ScoreModel | None:
    keys = reader.known(part, "a score", ("score",))
    of = reader.known(keys["score"], "a score", _SCORE_KEYS)
    label = reader.text(of.get("label"), "label")
    bias = reader.whole(of.get("bias"), "bias", -_LARGEST, _LARGEST)
    step_up = reader.whole(of.get("step_up_at"), "step_up_at", 0, _THOUSAND)
    hold = reader.whole(of.get("hold_at"), "hold_at", 0, _THOUSAND)
    if label is None or bias is None or step_up is None or hold is None:
        reader.error(part, "a score needs label, bias, weights, step_up_at and hold_at")
        return None
    weights = reader.mapping(of["weights"], "weights") if "weights" in of else {}
    read = {name: reader.whole(w, name, -_LARGEST, _LARGEST) for name, w in weights.items()}
    return ScoreModel(
        label=label,
        bias=bias,
        weights={name: weight for name, weight in read.items() if weight is not None},
        step_up_at=step_up,
        hold_at=hold,
    )


def _settings(reader: Reader, part: Part) -> dict[str, Any]:
    keys = reader.known(part, "settings", (*_NAME_KEYS, *_NUMBER_KEYS, "categories"))
    found: dict[str, Any] = {}
    for key in ("money", "protective"):
        found[key] = frozenset(ActionName(name) for name in reader.words(keys.get(key), key))
    for key in ("money_flows", "protective_flows"):
        found[key] = frozenset(FlowId(name) for name in reader.words(keys.get(key), key))
    found["family"] = frozenset(reader.words(keys.get("family"), "family"))
    for key in _NUMBER_KEYS:
        found[key] = reader.whole(keys.get(key), key, 1, _THOUSAND)
    categories = keys.get("categories")
    if categories is not None:
        read = {
            code: reader.name(item, "category")
            for code, item in reader.mapping(categories, "categories").items()
        }
        found["categories"] = {code: name for code, name in read.items() if name is not None}
    return found
