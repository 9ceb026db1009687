"""Products and segments: what the bank sells, and to which groups by published rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from assistant.model.ids import DocumentId, ProductId
from assistant.model.money import Money, MoneyError
from assistant.model.predicate import Constant, Predicate
from assistant.model.product import Product, Rate, Segment
from knowledge.content_locale import localised
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

_PRODUCT_KEYS: Final = (
    "id",
    "name",
    "category",
    "risk",
    "term_days",
    "minimum_amount",
    "maximum_amount",
    "rate",
    "liquidity",
    "minimum_age",
    "maximum_age",
    "segments",
    "editions",
    "goals",
    "on_sale_from",
    "on_sale_to",
    "disclosure",
    "document",
    "summary",
    "reasons",
)
_REQUIRED: Final = ("id", "name", "category", "disclosure", "document", "on_sale_from")
_CATEGORIES: Final = (
    "deposit",
    "certificate",
    "wealth",
    "fund",
    "insurance",
    "gold",
    "loan",
    "credit_card",
)
_RATE_KINDS: Final = ("benchmark", "fixed", "floating", "apr")
_RISKS: Final = {f"R{number}": number for number in range(1, 6)}
_GOALS: Final = (
    "safety",
    "growth",
    "cash",
    "retirement",
    "first_savings",
    "education",
    "borrowing",
    "daily_spending",
)
_SEGMENT_KEYS: Final = ("id", "name", "rule", "goals", "tone", "description")
_EDITION_KEYS: Final = ("id", "name", "description", "rule")
_SEGMENT_FACTS: Final = frozenset({"age", "assets", "monthly_income", "editions"})
_MAX_BP: Final = 100_000
_MAX_DAYS: Final = 40_000
_MAX_AGE: Final = 150
_NEVER: Final = date(1970, 1, 1)


@dataclass(slots=True)
class Shelf:
    """Products, segments and editions of a pack.

    Attributes:
        places: Where each product was written.
    """

    products: list[Product] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    editions: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)


def read_shelf(
    products: Iterable[tuple[str, Part]], segments: Iterable[tuple[str, Part]], problems: Problems
) -> Shelf:
    """Read segments first, then the products that name them."""
    reader, shelf = Reader(problems), Shelf()
    for _, part in segments:
        _read_segments(reader, shelf, part)
    for _, part in products:
        keys = reader.known(part, "a product file", ("products",))
        for item in reader.elements(keys["products"], "products") if "products" in keys else []:
            _add_product(reader, shelf, item)
    return shelf


def _read_segments(reader: Reader, shelf: Shelf, part: Part) -> None:
    keys = reader.known(part, "a segment file", ("segments", "editions"))
    for item in reader.elements(keys["editions"], "editions") if "editions" in keys else []:
        inner = reader.known(item, "an edition", _EDITION_KEYS)
        name = reader.name(inner.get("id"), "id")
        if name is None:
            reader.error(item, "an edition needs id")
            continue
        shelf.editions.add(name)
    items = reader.elements(keys["segments"], "segments") if "segments" in keys else []
    for item in items:
        segment = _segment(reader, item)
        if segment is None:
            continue
        if segment.id in {other.id for other in shelf.segments}:
            reader.error(item, f'segment "{segment.id}" is there twice; keep one')
        shelf.segments.append(segment)
    if shelf.segments and items and not _takes_all(shelf.segments[-1].rule):
        reader.error(items[-1], "the last segment must take everyone else; write rule: true")


def _segment(reader: Reader, part: Part) -> Segment | None:
    keys = reader.known(part, "a segment", _SEGMENT_KEYS)
    name = reader.name(keys.get("id"), "id")
    rule = reader.condition(keys.get("rule"), _SEGMENT_FACTS)
    if name is None or rule is None:
        if not {"id", "rule"} <= keys.keys():
            reader.error(part, "a segment needs id and rule")
        return None
    label = localised(reader, keys.get("name"), "name") or {"zh-Hans": name, "zh-Hant": name}
    return Segment(id=name, name=label, rule=rule, goals=_goals(reader, keys.get("goals")))


def _takes_all(rule: Predicate) -> bool:
    return isinstance(rule.node, Constant) and rule.node.value is True


def _goals(reader: Reader, part: Part | None) -> tuple[str, ...]:
    if part is None:
        return ()
    chosen = [reader.choice(item, "goal", _GOALS) for item in reader.elements(part, "goals")]
    return tuple(goal for goal in chosen if goal is not None)


def _add_product(reader: Reader, shelf: Shelf, part: Part) -> None:
    keys = reader.known(part, "a product", _PRODUCT_KEYS)
    missing = [key for key in _REQUIRED if key not in keys]
    if missing:
        reader.error(part, f"missing: {', '.join(missing)}")
        return
    product_id = reader.name(keys["id"], "id")
    if product_id is None:
        return
    if product_id in shelf.places:
        first = shelf.places[product_id]
        reader.error(part, f'product "{product_id}" is also in {first.file}:{first.line}')
        return
    shelf.places[product_id] = part.place
    shelf.products.append(_product(reader, shelf, ProductId(product_id), keys, part.place))


def _product(
    reader: Reader, shelf: Shelf, product_id: ProductId, keys: Mapping[str, Part], place: Place
) -> Product:
    starts, ends = (reader.day(keys.get(key), key) for key in ("on_sale_from", "on_sale_to"))
    if starts is not None and ends is not None and ends < starts:
        reader.error(keys["on_sale_to"], "is before on_sale_from")
    known_segments = {segment.id for segment in shelf.segments}
    return Product(
        id=product_id,
        name=reader.text(keys["name"], "name") or "",
        category=reader.choice(keys["category"], "category", _CATEGORIES) or "",
        risk=_risk(reader, keys.get("risk")),
        minimum_amount=_amount(reader, keys.get("minimum_amount"), "minimum_amount"),
        maximum_amount=_amount(reader, keys.get("maximum_amount"), "maximum_amount"),
        rate=_rate(reader, keys.get("rate")),
        liquidity=reader.text(keys.get("liquidity"), "liquidity") or "",
        term_days=reader.whole(keys.get("term_days"), "term_days", 1, _MAX_DAYS),
        minimum_age=reader.whole(keys.get("minimum_age"), "minimum_age", 0, _MAX_AGE) or 0,
        maximum_age=reader.whole(keys.get("maximum_age"), "maximum_age", 0, _MAX_AGE),
        segments=_members(reader, keys.get("segments"), "segment", known_segments),
        editions=_members(reader, keys.get("editions"), "edition", shelf.editions),
        goals=_goals(reader, keys.get("goals")),
        on_sale_from=starts or _NEVER,
        on_sale_to=ends,
        disclosure=reader.text(keys["disclosure"], "disclosure") or "",
        document=DocumentId(reader.name(keys["document"], "document") or ""),
        summary=localised(reader, keys.get("summary"), "summary"),
        reasons=_reasons(reader, keys.get("reasons")),
        source=f"{place.file}:{place.line}",
    )


def _risk(reader: Reader, part: Part | None) -> int | None:
    if part is None or part.is_null:
        return None
    return _RISKS.get(reader.choice(part, "risk", _RISKS) or "")


def _amount(reader: Reader, part: Part | None, what: str) -> Money | None:
    if part is None or part.is_null:
        return None
    try:
        return Money.parse(part.text or "")
    except MoneyError:
        reader.error(part, f'{what} must be an amount in yuan such as "1000.00"')
        return None


def _rate(reader: Reader, part: Part | None) -> Rate | None:
    if part is None or part.is_null:
        return None
    keys = reader.known(part, "a rate", ("kind", "low_bp", "high_bp", "note"))
    kind = reader.choice(keys.get("kind"), "kind", _RATE_KINDS)
    low = reader.whole(keys.get("low_bp"), "low_bp", -_MAX_BP, _MAX_BP)
    high = reader.whole(keys.get("high_bp"), "high_bp", -_MAX_BP, _MAX_BP)
    if kind is None or low is None or high is None:
        if not {"kind", "low_bp", "high_bp"} <= keys.keys():
            reader.error(part, "a rate needs kind, low_bp and high_bp")
        return None
    if high < low:
        reader.error(keys["high_bp"], "is below low_bp")
    return Rate(kind, low, high, reader.text(keys.get("note"), "note") or "")


def _members(reader: Reader, part: Part | None, what: str, known: set[str]) -> frozenset[str]:
    if part is None:
        return frozenset()
    found = set()
    for item in reader.elements(part, f"{what}s"):
        name = reader.text(item, what)
        if name is None:
            continue
        if name not in known:
            reader.missing(item, f'there is no {what} "{name}"{did_you_mean(name, known)}')
        found.add(name)
    return frozenset(found)


def _reasons(reader: Reader, part: Part | None) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    if part is None or part.is_null:
        return found
    for goal, item in reader.mapping(part, "reasons").items():
        if goal not in _GOALS:
            hint = did_you_mean(goal, _GOALS)
            reader.problems.error(part.key_place(goal), f'"{goal}" is not a goal{hint}')
            continue
        found[goal] = localised(reader, item, "reason")
    return found
