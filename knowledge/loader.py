"""A folder the bank writes to a checked release, or every reason why not.

    files → domain → responses → flows → graph; lexicon, products, policies → Release

A pack is read on top of the defaults (the engine's repair patterns and their wordings): a
flow, slot or response of the pack with the same name replaces the default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from assistant.errors import ContentError
from assistant.model.ids import ActionName, FlowId
from assistant.model.release import Release
from knowledge.content_approved import read_approved
from knowledge.content_calculators import read_calculators
from knowledge.content_domain import Domain, read_domain
from knowledge.content_entities import with_entity_words
from knowledge.content_examples import stand_ins
from knowledge.content_files import DEFAULTS_PREFIX, PackFiles, fingerprint, read_pack
from knowledge.content_flows import FlowSource, read_flows
from knowledge.content_graph import check_graph
from knowledge.content_lexicon import read_lexicon
from knowledge.content_locale import SIMPLIFIED
from knowledge.content_names import Known, Names
from knowledge.content_nlu import Training, read_nlu
from knowledge.content_policies import read_rules, read_settings
from knowledge.content_problems import Problems
from knowledge.content_products import Shelf, read_shelf
from knowledge.content_rasa import read_project
from knowledge.content_reading import Reader
from knowledge.content_responses import Responses, read_responses
from knowledge.content_risk import read_risk

CONTENT: Final = Path(__file__).parent / "content"
"""The sample bank's pack."""
DEFAULTS: Final = Path(__file__).parent / "defaults"
"""The engine's repair patterns, for every pack."""


@dataclass(slots=True)
class Pack:
    """A pack as read: the release and where everything stands.

    Attributes:
        release: Only to be used when there are no errors.
        domain: Of the pack alone, without the defaults.
        responses: Of the pack alone, without the defaults.
        flows: Of the pack and the defaults.
        unread: Files that nothing reads.
        patterns: Repair patterns of the engine.
    """

    release: Release
    domain: Domain
    responses: Responses
    flows: dict[FlowId, FlowSource]
    training: Training
    shelf: Shelf
    unread: list[str]
    patterns: frozenset[FlowId]


def load(
    folder: Path,
    *,
    defaults: Path | None = DEFAULTS,
    gateway_knows: Callable[[ActionName], bool] | None = None,
) -> Release:
    """Read and check a pack.

    Args:
        folder: The pack.
        defaults: Read first; None for a pack that brings everything itself.
        gateway_knows: Whether an action can be run that the domain does not list.

    Raises:
        ContentError: Every problem as one line: file, line, field, what is wrong, the fix.
    """
    problems = Problems()
    pack = read(folder, problems, defaults=defaults, gateway_knows=gateway_knows)
    errors = problems.errors()
    if errors:
        raise ContentError(errors)
    return pack.release


def read(
    folder: Path,
    problems: Problems,
    *,
    defaults: Path | None,
    gateway_knows: Callable[[ActionName], bool] | None,
) -> Pack:
    """Read a pack and go on after each problem, so that all of them are found."""
    own = read_pack(folder, problems)
    base = read_pack(defaults, problems, DEFAULTS_PREFIX) if defaults else PackFiles()
    project = read_project(folder, problems)
    language = str(project.get("locale", SIMPLIFIED))
    reader = Reader(problems)
    own_reader = Reader(problems, language)

    domain = read_domain(own.sections, problems)
    base_domain = read_domain(base.sections, problems, domain.places.keys())
    slots = {**base_domain.slots, **domain.slots}
    responses = read_responses(own.sections["responses"], slots, problems, language=language)
    base_responses = read_responses(
        base.sections["responses"], slots, problems, responses.places.keys()
    )
    variants = {**base_responses.variants, **responses.variants}
    actions = frozenset({*domain.actions, *base_domain.actions})
    known = Known(
        slots, variants.keys(), actions, gateway_knows or _knows_nothing, domain.validations
    )
    names = Names(reader, known)

    flows = read_flows(own.sections["flows"], Names(own_reader, known))
    flows = {**read_flows(base.sections["flows"], names, flows.keys()), **flows}
    check_graph(flows, problems)

    training = read_nlu(own.sections["nlu"], base.sections["nlu"], problems)
    shelf = read_shelf(own.own["products"], own.own["segments"], problems)
    rules = read_rules(
        [*base.own["policies"], *own.own["policies"]],
        [*base.own["compliance"], *own.own["compliance"]],
        names,
    )
    slots = with_entity_words(slots, training)
    examples = (*training.examples, *stand_ins(flows, training))
    confirmed = {
        str(step.metadata["confirms"])
        for source in flows.values()
        for step in source.flow.collects()
        if "confirms" in step.metadata
    }
    lexicon = read_lexicon(
        own.own["lexicon"], base.own["lexicon"], training.synonyms, problems, confirmed
    )
    settings = _over(read_settings(base.release, reader), read_settings(own.release, reader))
    folders = [(DEFAULTS_PREFIX, defaults)] if defaults else []
    release = Release(
        fingerprint=fingerprint([*folders, ("", folder)], problems),
        flows={flow_id: source.flow for flow_id, source in flows.items()},
        slots=slots,
        responses=variants,
        actions=actions,
        examples=examples,
        lexicon=lexicon,
        products=tuple(shelf.products),
        segments=tuple(shelf.segments),
        policies=rules.policies,
        review_rules=tuple(rules.review),
        calculators=read_calculators(own.own["calculators"], problems),
        approved=read_approved(own.own["answers"], problems),
        risk=read_risk(own.own["risk"], problems),
        settings={**project, **settings},
    )
    return Pack(
        release=release,
        domain=domain,
        responses=responses,
        flows=flows,
        training=training,
        shelf=shelf,
        unread=[*base.unread, *own.unread],
        patterns=frozenset(
            FlowId(name) for part in base.sections["flows"] for name, _ in part.children()
        ),
    )


def _over(base: dict[str, JsonValue], own: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Settings of the pack over the default ones, number by number."""
    merged = {**base}
    for section, value in own.items():
        below = base.get(section)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[section] = {**below, **value}
        else:
            merged[section] = value
    return merged


def _knows_nothing(_: ActionName) -> bool:
    return False
