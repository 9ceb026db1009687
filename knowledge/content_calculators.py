"""Calculations a bank offers (`calculators/*.yml`), read and checked: names, formulas, wording."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast, get_args

from assistant.model.arithmetic import Formula, FormulaError, parse_formula
from assistant.model.calculator import (
    Calculator,
    CalculatorInput,
    CalculatorResult,
    CellSource,
    ValueKind,
)
from assistant.model.ids import DocumentId
from knowledge.content_locale import localised
from knowledge.content_problems import Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

_KEYS: Final = (
    *("name", "when", "unless", "inputs", "steps", "results"),
    *("formula", "rounding", "note"),
)
_INPUT_KEYS: Final = (
    *("kind", "label", "ask", "from", "words", "currency", "of", "least", "most"),
)
_FROM_KEYS: Final = ("document", "words", "row", "tier", "column", "named", "owner")
_RESULT_KEYS: Final = ("step", "label", "kind")
_KINDS: Final = get_args(ValueKind)
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_LARGEST: Final = 10**15


def read_calculators(
    files: Iterable[tuple[str, Part]], problems: Problems
) -> dict[str, Calculator]:
    """Read all files of calculations; the first whose words fit a question is used."""
    reader = Reader(problems)
    found: dict[str, Calculator] = {}
    for _, part in files:
        keys = reader.known(part, "a file of calculations", ("calculators",))
        items = reader.mapping(keys["calculators"], "calculators") if keys else {}
        for name, item in items.items():
            if name in found:
                reader.error(item, f'calculation "{name}" is there twice; keep one')
                continue
            found[name] = _calculator(reader, name, item)
    return found


def _calculator(reader: Reader, name: str, part: Part) -> Calculator:
    keys = reader.known(part, f"calculation {name}", _KEYS)
    for key in ("name", "when", "inputs", "steps", "results", "formula"):
        if key not in keys:
            reader.error(part, f"calculation {name} needs {key}")
    inputs = _inputs(reader, keys.get("inputs"))
    names = {one.name for one in inputs}
    steps = _steps(reader, keys.get("steps"), names)
    known = names | {step for step, _ in steps}
    formula = localised(reader, keys.get("formula"), "formula")
    for text in formula.values():
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder not in known:
                hint = did_you_mean(placeholder, known)
                reader.error(keys["formula"], f'"{{{placeholder}}}" is no input or step{hint}')
    return Calculator(
        id=name,
        name=localised(reader, keys.get("name"), "name"),
        when=_groups(reader, keys.get("when")),
        unless=tuple(word.lower() for word in reader.words(keys.get("unless"), "a word")),
        inputs=inputs,
        steps=steps,
        results=_results(reader, keys.get("results"), {step for step, _ in steps}),
        formula=formula,
        rounding=localised(reader, keys.get("rounding"), "rounding"),
        note=localised(reader, keys.get("note"), "note"),
        source=f"{part.place.file}:{part.place.line}",
    )


def _groups(reader: Reader, part: Part | None) -> tuple[tuple[str, ...], ...]:
    items = reader.elements(part, "groups of words") if part is not None else []
    return tuple(tuple(w.lower() for w in reader.words(one, "a word")) for one in items)


def _inputs(reader: Reader, part: Part | None) -> tuple[CalculatorInput, ...]:
    items = reader.mapping(part, "inputs") if part is not None else {}
    names = set(items)
    return tuple(_input(reader, name, item, names) for name, item in items.items())


def _input(reader: Reader, name: str, part: Part, names: set[str]) -> CalculatorInput:
    keys = reader.known(part, f"input {name}", _INPUT_KEYS)
    kind = reader.choice(keys.get("kind"), "kind", _KINDS)
    if kind is None:
        reader.error(part, f"input {name} needs kind")
    if "ask" not in keys and "from" not in keys:
        reader.error(part, f"input {name} needs ask (of the customer) or from (a document)")
    source = _source(reader, keys["from"], names) if "from" in keys else None
    charged_on = reader.text(keys.get("of"), "of") or ""
    if kind == "charge" and charged_on not in names:
        reader.error(part, f"a charge needs of: the input it is charged on{_known(names)}")
    currency = keys.get("currency")
    return CalculatorInput(
        name=name,
        kind=cast("ValueKind", kind or "number"),
        label=localised(reader, keys.get("label"), "label"),
        ask=localised(reader, keys.get("ask"), "ask"),
        source=source,
        words=tuple(word.lower() for word in reader.words(keys.get("words"), "a word")),
        currency="CNY" if currency is None else (currency.text or ""),
        of=charged_on,
        least=reader.whole(keys.get("least"), "least", 0, _LARGEST) or 0,
        most=reader.whole(keys.get("most"), "most", 0, _LARGEST) or _LARGEST,
    )


def _source(reader: Reader, part: Part, names: set[str]) -> CellSource:
    keys = reader.known(part, "from", _FROM_KEYS)
    document = reader.name(keys.get("document"), "document")
    if document is None:
        reader.error(part, "from needs document: the id of a document")
    for key in ("row", "tier"):
        named = reader.text(keys.get(key), key)
        if named is not None and named not in names:
            reader.error(keys[key], f'{key} "{named}" is no input{_known(names)}')
    return CellSource(
        document=DocumentId(document or ""),
        words=_groups(reader, keys.get("words")),
        row=reader.text(keys.get("row"), "row"),
        tier=reader.text(keys.get("tier"), "tier"),
        column=reader.words(keys.get("column"), "a word"),
        named=_groups(reader, keys.get("named")),
        owner=reader.text(keys.get("owner"), "owner") or "",
    )


def _steps(reader: Reader, part: Part | None, names: set[str]) -> tuple[tuple[str, Formula], ...]:
    known, steps = set(names), list[tuple[str, Formula]]()
    for name, item in (reader.mapping(part, "steps") if part is not None else {}).items():
        text = reader.text(item, "a formula")
        if text is None:
            continue
        try:
            formula = parse_formula(text)
        except FormulaError as error:
            reader.error(item, str(error))
            continue
        for unknown in sorted(formula.names - known):
            hint = did_you_mean(unknown, known)
            reader.error(item, f'"{unknown}" is no input or earlier step{hint}')
        if formula.names <= known:
            steps.append((name, formula))
        known.add(name)
    return tuple(steps)


def _results(reader: Reader, part: Part | None, steps: set[str]) -> tuple[CalculatorResult, ...]:
    found = []
    for item in reader.elements(part, "results") if part is not None else []:
        keys: Mapping[str, Part] = reader.known(item, "a result", _RESULT_KEYS)
        step = reader.choice(keys.get("step"), "step", steps)
        kind = reader.choice(keys.get("kind"), "kind", _KINDS) or "money"
        if step is not None:
            label = localised(reader, keys.get("label"), "label")
            found.append(CalculatorResult(step=step, label=label, kind=cast("ValueKind", kind)))
    return tuple(found)


def _known(names: set[str]) -> str:
    return f"; known: {', '.join(sorted(names))}"
