"""Rules the bank sets: what an action needs, what a reply may not say, and tunable numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from pydantic import JsonValue

from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, ResponseKey
from assistant.model.release import (
    REPLY_WITHHELD,
    ActionPolicy,
    CodeRule,
    ReviewNeed,
    ReviewRule,
)
from knowledge.content_files import DEFAULTS_PREFIX
from knowledge.content_names import Names, slot_condition
from knowledge.content_problems import Place, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_undo import CODE_NAMES, read_twice, read_undo
from knowledge.content_yaml import Part

_POLICY_KEYS: Final = (
    *("level", "identity", "confirm", "codes", "review", "description"),
    *("undo", "ask_twice", "wake"),
)
_WAKE_KEYS: Final = ("at", "protective")
_REVIEW_KEYS: Final = ("if", "four_eyes", "checklist")
_CODE_KEYS: Final = ("if", "to")
_RESERVED: Final = "reserved"
_RULE_KEYS: Final = ("id", "description", "patterns", "unless", "verdict", "replace_with")
_RELEASE_KEYS: Final = (
    "name",
    "version",
    "description",
    "approved_by",
    "approved_at",
    "settings",
    "log",
)
_TOP_LEVEL: Final = 4


@dataclass(slots=True)
class Rules:
    """Policies and review rules of a pack."""

    policies: dict[ActionName, ActionPolicy] = field(default_factory=dict)
    review: list[ReviewRule] = field(default_factory=list)


def read_rules(
    policies: Iterable[tuple[str, Part]], compliance: Iterable[tuple[str, Part]], names: Names
) -> Rules:
    """Read all policy and compliance files; a policy of the pack replaces a default one."""
    reader, rules = names.reader, Rules()
    for _, part in policies:
        keys = reader.known(part, "a policy file", ("actions",))
        for name, item in reader.mapping(keys["actions"], "actions").items() if keys else []:
            _add_policy(names, rules, ActionName(name), item, keys["actions"].key_place(name))
    for _, part in compliance:
        keys = reader.known(part, "a review file", ("rules",))
        for item in reader.elements(keys["rules"], "rules") if keys else []:
            rule = _review_rule(names, item)
            if rule is not None and rule.id in {other.id for other in rules.review}:
                reader.error(item, f'a second rule has the id "{rule.id}"')
            elif rule is not None:
                rules.review.append(rule)
    return rules


def read_settings(part: Part | None, reader: Reader) -> dict[str, JsonValue]:
    """The numbers of RELEASE.yml that the bank may tune."""
    if part is None:
        return {}
    keys = reader.known(part, "the release", _RELEASE_KEYS)
    for key in ("name", "version"):
        if reader.text(keys.get(key), key) is None and key not in keys:
            reader.error(part, f"{key} is missing")
    settings = keys.get("settings")
    return reader.free_mapping(settings, "settings")


def _add_policy(names: Names, rules: Rules, action: ActionName, part: Part, place: Place) -> None:
    problems = names.reader.problems
    if not names.known.has_action(action):
        hint = did_you_mean(action, names.known.domain_actions)
        problems.missing(place, f'no action "{action}" in the domain or behind the gateway{hint}')
    earlier = rules.policies.get(action)
    if earlier is not None and not earlier.source.startswith(DEFAULTS_PREFIX):
        problems.error(place, f'"{action}" is also in {earlier.source}; keep one')
    rules.policies[action] = _policy(names, action, part, f"{place.file}:{place.line}")


def _policy(names: Names, action: ActionName, part: Part, source: str) -> ActionPolicy:
    reader = names.reader
    keys = reader.known(part, f"the policy of {action}", _POLICY_KEYS)
    level = reader.whole(keys.get("level"), "level", 0, _TOP_LEVEL)
    if "level" not in keys or keys["level"].is_null:
        reader.error(part, "level is missing; write level: 0 to 4")
    codes = keys.get("codes")
    items = reader.elements(codes, "codes") if codes is not None else []
    rules = [_code_rule(names, item) for item in items]
    return ActionPolicy(
        action=action,
        level=Assurance(_TOP_LEVEL if level is None else level),
        codes=tuple(rule for rule in rules if rule is not None),
        confirmed=reader.flag(keys.get("confirm"), "confirm", default=False),
        identified=reader.flag(keys.get("identity"), "identity", default=False),
        review=_review_need(names, keys.get("review")),
        undo=read_undo(names, keys.get("undo")),
        asked_twice=read_twice(names, keys.get("ask_twice")),
        **_wake(names, action, keys.get("wake")),
        source=source,
    )


def _wake(names: Names, action: ActionName, part: Part | None) -> dict[str, Any]:
    """`wake: {at: a fact, protective: true}`; what is said then is `utter_wake_<action>`."""
    if part is None:
        return {}
    keys = names.reader.known(part, "a wake", _WAKE_KEYS)
    fact = names.reader.name(keys.get("at"), "at")
    if fact is None:
        names.reader.error(part, "a wake needs at: the fact of the result that holds the instant")
        return {}
    if f"utter_wake_{action}" not in names.known.responses:
        names.reader.missing(part, f'there is no response "utter_wake_{action}"')
    protective = names.reader.flag(keys.get("protective"), "protective", default=False)
    return {"wake": fact, "wake_protective": protective}


def _review_need(names: Names, part: Part | None) -> ReviewNeed | None:
    """`review: true`, or a mapping with the condition."""
    if part is None:
        return None
    if not part.is_mapping:
        always = names.reader.flag(part, "review", default=False)
        return ReviewNeed() if always else None
    keys = names.reader.known(part, "a review", _REVIEW_KEYS)
    checklist = names.reader.words(keys.get("checklist"), "a check")
    for check in checklist:
        if f"utter_check_{check}" not in names.known.responses:
            names.reader.missing(keys["checklist"], f'there is no response "utter_check_{check}"')
    return ReviewNeed(
        condition=slot_condition(names, keys.get("if"), CODE_NAMES),
        four_eyes=names.reader.flag(keys.get("four_eyes"), "four_eyes", default=False),
        checklist=checklist,
    )


def _code_rule(names: Names, part: Part) -> CodeRule | None:
    reader = names.reader
    keys = reader.known(part, "a code", _CODE_KEYS)
    if not keys:
        reader.error(part, "a code needs to: reserved, or the slot of a number")
        return None
    rule = slot_condition(names, keys.get("if"), CODE_NAMES)
    target = reader.name(keys.get("to"), "to") or _RESERVED
    slots = {str(name) for name in names.known.slots}
    if target != _RESERVED and target not in slots:
        hint = did_you_mean(target, {*slots, _RESERVED})
        reader.missing(keys["to"], f'"{target}" is neither `reserved` nor a slot{hint}')
    return CodeRule(condition=rule, target=target)


def _review_rule(names: Names, part: Part) -> ReviewRule | None:
    reader = names.reader
    keys = reader.known(part, "a review rule", _RULE_KEYS)
    rule_id = reader.name(keys.get("id"), "id")
    if rule_id is None or "patterns" not in keys:
        reader.error(part, "a review rule needs id and patterns")
        return None
    verdict = reader.choice(keys.get("verdict"), "verdict", ("replace", "hold")) or "replace"
    replacement = reader.name(keys.get("replace_with"), "replace_with")
    if replacement is not None and replacement not in names.known.responses:
        hint = did_you_mean(replacement, names.known.responses)
        reader.missing(keys["replace_with"], f'there is no response "{replacement}"{hint}')
    return ReviewRule(
        id=rule_id,
        description=reader.text(keys.get("description"), "description") or "",
        patterns=_patterns(reader, keys["patterns"]),
        unless=_patterns(reader, keys.get("unless")),
        verdict=cast("Literal['replace', 'hold']", verdict),
        replace_with=ResponseKey(replacement) if replacement else REPLY_WITHHELD,
    )


def _patterns(reader: Reader, part: Part | None) -> tuple[str, ...]:
    found = reader.words(part, "a pattern")
    for pattern in found:
        try:
            compiled = re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            if part is not None:
                reader.error(part, f"`{pattern[:60]}` is not a regular expression: {error}")
            continue
        if part is not None and compiled.search("") is not None:
            reader.error(part, f"`{pattern[:60]}` matches everything, even an empty reply")
    return found
