"""The content release: everything a bank wrote, checked and frozen under one fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import JsonValue

from assistant.model.approved import ApprovedAnswer
from assistant.model.assurance import Assurance
from assistant.model.calculator import Calculator
from assistant.model.flow import Flow
from assistant.model.ids import ActionName, Fingerprint, FlowId, ResponseKey, SlotName
from assistant.model.message import Locale
from assistant.model.predicate import Predicate
from assistant.model.product import Product, Segment
from assistant.model.risk import RiskPolicy
from assistant.model.spoken import SpokenWords
from assistant.model.undo import UndoRule

SlotType = Literal["text", "bool", "categorical", "float", "any", "list"]

REPLY_WITHHELD: Final = ResponseKey("utter_reply_withheld")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDefinition:
    """A named piece flows need.

    Attributes:
        values: Allowed values of a categorical slot.
        kind: What sort of value the words hold: amount, card, payee, phone, code, yes_no,
            date_range, id_number, name, item (one of a list, described), text, …; decides which
            extractor fills it.
        mask: How it is shown in events and logs: none, tail (last four), phone, secret.
        words: What customers call the piece ("金额", "收款人"), for "change the amount".
        choices: Value of a categorical slot to the words that mean it.
        pattern: Regular expression of values, "" for none; from the pack's NLU files.
        only_in: Flows in which a mapping fills it; empty means all.
    """

    name: SlotName
    type: SlotType = "text"
    initial_value: JsonValue = None
    values: tuple[str, ...] = ()
    kind: str = "text"
    mask: Literal["none", "tail", "phone", "secret"] = "none"
    entities: tuple[str, ...] = ()
    intents: Mapping[str, JsonValue] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pattern: str = ""
    only_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ButtonText:
    """A button as written: title by locale, payload."""

    title: Mapping[str, str]
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseVariant:
    """One approved wording.

    Attributes:
        text: By locale; placeholders `{name}`, or Jinja when `is_jinja`.
        channel: Only for this channel, None for all.
        conditions: Slots that must have exactly these values.
        custom: Extra payload for pages, e.g. a card kind.
    """

    text: Mapping[str, str]
    buttons: tuple[ButtonText, ...] = ()
    channel: str | None = None
    conditions: Mapping[SlotName, JsonValue] = field(default_factory=dict)
    is_jinja: bool = False
    custom: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """One training sentence.

    Attributes:
        text: The words without annotation marks.
        entities: (start, end, entity, value) of each annotated span.
    """

    intent: str
    text: str
    entities: tuple[tuple[int, int, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordlist:
    """Words that mean one command."""

    exact: frozenset[str] = frozenset()
    contains: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words the rules use; the bank edits them.

    Attributes:
        commands: Name of a command or marker (affirm, deny, correction, question, …) to words.
        rewrites: Variant (homophone, dialect word) to the form it stands for.
        synonyms: Canonical word to its variants, for search.
        relations: Relation ("妈妈") to the words for it, for payees.
        deeds: Action to the words by which customers tell us to do it ("锁", "转").
        spoken: How words are said on the phone, and which ones callers say.
    """

    commands: Mapping[str, Wordlist] = field(default_factory=dict)
    rewrites: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spoken: SpokenWords = field(default_factory=SpokenWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """When a one-time code is needed besides the level, and to which number it goes.

    Attributes:
        condition: Over slots and facts of the action; None means always.
        target: `reserved` for the number the bank holds, or the slot that holds a new one.
    """

    condition: Predicate | None
    target: str = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNeed:
    """When a colleague has to see the customer by video before the action runs.

    Attributes:
        condition: Over slots and facts of the action; None means always.
        four_eyes: Whether two colleagues have to approve.
        checklist: What must have been checked; each has a response `utter_check_…`.
    """

    condition: Predicate | None = None
    four_eyes: bool = False
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPolicy:
    """What must hold before an action runs; data the bank can read in one place.

    Attributes:
        level: Least assurance.
        codes: One-time codes asked for besides the level, in this order.
        confirmed: Whether a yes to exactly this read-back is needed.
        identified: Whether name and ID number must have been matched, whatever the level.
        review: When a colleague has to approve; None means never.
        undo: How it can be taken back; the first rule that fits counts. Every change has some.
        asked_twice: When a second yes, in a turn of its own, is needed for what cannot be taken
            back; None means never.
        wake: Fact of the result that holds the instant at which the customer is told how it went
            on; "" for none.
        wake_protective: Told within the customer's quiet hours too.
        source: File and line.
    """

    action: ActionName
    level: Assurance
    codes: tuple[CodeRule, ...] = ()
    confirmed: bool = False
    identified: bool = False
    review: ReviewNeed | None = None
    undo: tuple[UndoRule, ...] = ()
    asked_twice: Predicate | None = None
    wake: str = ""
    wake_protective: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule:
    """A compliance rule over outgoing text.

    Attributes:
        patterns: Regular expressions that must not occur (after `unless` is cut out).
        unless: Expressions that make an occurrence harmless, e.g. "非保本".
        verdict: What happens to the reply.
        replace_with: Response said instead.
    """

    id: str
    description: str
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    verdict: Literal["replace", "hold"] = "replace"
    replace_with: ResponseKey = REPLY_WITHHELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One approved set of content.

    Attributes:
        fingerprint: Hash over every file; written on each event.
        actions: Custom actions the domain names; the gateway must know each of them.
        segments: Rules in order; the first that matches wins.
        calculators: By id, in the order in which they are tried.
        approved: Fixed wordings for questions.
        risk: What the bank set about scams and risk.
        settings: Numbers the bank may tune, e.g. understanding thresholds.
    """

    fingerprint: Fingerprint
    flows: Mapping[FlowId, Flow]
    slots: Mapping[SlotName, SlotDefinition]
    responses: Mapping[ResponseKey, tuple[ResponseVariant, ...]]
    actions: frozenset[ActionName] = frozenset()
    examples: tuple[Example, ...] = ()
    lexicon: Lexicon = field(default_factory=Lexicon)
    products: tuple[Product, ...] = ()
    segments: tuple[Segment, ...] = ()
    policies: Mapping[ActionName, ActionPolicy] = field(default_factory=dict)
    review_rules: tuple[ReviewRule, ...] = ()
    calculators: Mapping[str, Calculator] = field(default_factory=dict)
    approved: tuple[ApprovedAnswer, ...] = ()
    risk: RiskPolicy = field(default_factory=RiskPolicy)
    settings: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """Language a conversation begins in, before the customer's words tell."""
        match self.settings.get("locale"):
            case "en":
                return "en"
            case "zh-Hant":
                return "zh-Hant"
            case _:
                return "zh-Hans"
