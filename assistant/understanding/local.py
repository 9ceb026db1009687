"""The local understander: rules, values and the classifier, in that order, without a model server.

    payload → a person → open secret → whole-message words → values for the open question
            → correction → classifier (task, question, talk) → clarify or admit defeat

What a rule decides no classifier may overrule: a wish for a person, a plain yes or no, a code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.model.commands import (
    CancelFlow,
    CannotHandle,
    Clarify,
    Command,
    HumanHandoff,
    SearchKnowledge,
    StartFlow,
)
from assistant.model.flow import Flow
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.ports import Classifier, IntentScores, Understood
from assistant.understanding.agreed import read_agreed
from assistant.understanding.aside import is_doubtful_switch, is_side_question, is_worth_asking
from assistant.understanding.beside import is_something_else
from assistant.understanding.calculation import read_calculation
from assistant.understanding.elsewhere import read_elsewhere
from assistant.understanding.guessed import is_another_wish, may_answer
from assistant.understanding.moment import Moment
from assistant.understanding.near import near_tasks, prefer_near
from assistant.understanding.normalise import Normalised, has_words, normalise
from assistant.understanding.payloads import (
    button_named,
    flow_for_intent,
    is_payload,
    read_payload,
    slots_for_intent,
)
from assistant.understanding.plan import Reading, Wish, read_wishes
from assistant.understanding.plan_weight import Ears
from assistant.understanding.repair import read_repair
from assistant.understanding.slots import (
    FREE_KINDS,
    asked_slot,
    fill,
    is_forced,
    may_move_money,
    stories,
    task_slots,
    whole_answer,
)
from assistant.understanding.story import read_more_of_story
from assistant.understanding.talk import SMALL_TALK, TALK
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.values.extract import Wanted, extract
from assistant.understanding.wordrules import WordRules

_ABOUT_US = frozenset({"chitchat", "wait"})
_SHORT, _FORMATTED = 12, frozenset({"id_number", "card_number", "code", "phone", "amount", "card"})
_FIGURES = re.compile(r"[\d\s.,x*-]+")
_MONEY = re.compile(r"\d\s*(?:元|块|万|yuan|rmb)")


@dataclass(frozen=True, slots=True)
class LocalUnderstander:
    """Implements the port Understander.

    Attributes:
        today: The bank's day, for relative dates.
    """

    classifier: Classifier
    thresholds: Thresholds
    today: Callable[[], date]

    async def understand(self, text: str, tracker: Tracker, release: Release) -> Understood:
        """See the port."""
        if is_payload(text):
            asked = tracker.asked.slot if tracker.asked is not None else None
            return Understood(commands=read_payload(text, release, asked), by="button")
        pressed = button_named(text, tracker)
        if pressed is not None:
            return Understood(commands=read_payload(pressed, release), by="button")
        message = normalise(text, release.lexicon.rewrites)
        if not has_words(message.text):
            return _by("rules", CannotHandle(reason="unreadable"))
        rules = WordRules(release.lexicon)
        reading = _Reading(self, text, message, tracker, release, rules)
        return reading.by_rules() or reading.by_classifier()

    def judge(
        self, text: str, tracker: Tracker, release: Release, scores: IntentScores
    ) -> tuple[Command, ...]:
        """What a text means that somebody else's classifier scored: same thresholds, same values.

        Args:
            text: Words no rule decided about.
            tracker: State of the conversation.
            release: Names the flows and slots.
            scores: At least one ranked intent.
        """
        message = normalise(text, release.lexicon.rewrites)
        reading = _Reading(self, text, message, tracker, release, WordRules(release.lexicon))
        return reading.means(scores, message)


@dataclass(slots=True)
class _Reading:
    """One message being read."""

    owner: LocalUnderstander
    original: str
    message: Normalised
    tracker: Tracker
    release: Release
    rules: WordRules

    def by_rules(self) -> Understood | None:
        """What words and values decide without a classifier."""
        text = self.message.text
        if self.rules.mentions("human_handoff", text):
            return _by("rules", HumanHandoff())
        asked = asked_slot(self.tracker, self.release)
        if asked is not None and asked.mask == "secret":
            secret = self._secret(asked)
            if secret is not None:
                return _by("rules", secret)
        return self._by_repair() or self._by_words(asked)

    def _by_repair(self) -> Understood | None:
        """What was done, what is to be corrected, what is given up by name."""
        if is_forced(self.tracker, self.release):
            return None
        commands = read_repair(self._moment())
        return _by("rules", *commands) if commands else None

    def _by_words(self, asked: SlotDefinition | None) -> Understood | None:
        """Plain words for a command, then values for the open question."""
        whole = self.rules.whole(self.message)
        agrees = whole == "affirm" and not is_another_wish(self._moment())
        if self._is_read_back() and not agrees and self.rules.whole_is("wrong", self.message):
            return _by("rules", CannotHandle(reason="what_to_change"))
        plain = self._forced(asked, whole) or TALK.get(whole or "") or read_agreed(self._moment())
        if plain is not None and (agrees or whole != "affirm"):
            return _by("rules", plain)
        calculation = read_calculation(self._moment())
        if calculation is not None:
            return _by("rules", calculation)
        if self._is_slip(asked):
            return _by("rules", CannotHandle(reason="not_a_value"))
        if asked is None:
            return self._inside()
        if asked.kind in FREE_KINDS | {"payee"} and self._gives_up():
            return _by("rules", CancelFlow())
        return self._answer(asked) or self._inside()

    def by_classifier(self) -> Understood:
        """What the sentence as a whole is about."""
        now = self._moment()
        elsewhere = read_elsewhere(now)
        if elsewhere is not None:
            return _by("rules", elsewhere)
        if _FIGURES.fullmatch(self.message.text):
            return _by("rules", CannotHandle(reason="not_a_value"))
        scores = self.owner.classifier.classify(self.message.text)
        more = read_more_of_story(now, scores, self.original)
        if more:
            return _by("rules", *more)
        ears = Ears(release=now.release, rules=now.rules, classify=now.classify, today=now.today)
        reading = read_wishes(self.message, ears, scores)
        if reading is not None and len(reading.wishes) > 1:
            return _by("classifier", *self._several(reading.wishes))
        if reading is not None and reading.wishes:
            scores, message = self._only(reading, scores)
        else:
            message = self.message
        return Understood(
            commands=self.means(scores, message),
            by="classifier",
            scores=dict(scores.ranked) | {"known": scores.known},
        )

    def _several(self, wishes: Sequence[Wish]) -> list[Command]:
        """Each wish with the values of its own words."""
        return [
            command
            for wish in wishes
            for command in self._meant(wish.intent, wish.probability, wish.words)
        ]

    def _only(self, reading: Reading, whole: IntentScores) -> tuple[IntentScores, Normalised]:
        """The one wish of several pieces: the whole tells its values, unless a part denies."""
        (wish,) = reading.wishes
        limits = self.owner.thresholds
        is_ours = whole.known >= limits.known
        if wish.probability < (limits.sure if is_ours else limits.part):
            return whole, self.message
        is_clear = is_ours and whole.ranked[0][1] >= limits.part and not wish.is_plain
        if not reading.has_denied and (is_clear or (is_ours and wish.intent == whole.ranked[0][0])):
            return whole, self.message
        scores = IntentScores(ranked=((wish.intent, wish.probability),), known=1.0)
        return scores, wish.words if reading.has_denied else self.message

    def _moment(self) -> Moment:
        return Moment(
            message=self.message,
            tracker=self.tracker,
            release=self.release,
            rules=self.rules,
            today=self.owner.today(),
            thresholds=self.owner.thresholds,
            classify=self.owner.classifier.classify,
        )

    def _forced(self, asked: SlotDefinition | None, whole: str | None) -> Command | None:
        """The whole message as the value (`force_slot_filling`); a question stays a question."""
        if asked is None or asked.type == "bool" or whole == "cancel" or self._asks():
            return None
        if not is_forced(self.tracker, self.release):
            return None
        found = extract(self.message, self._wanted(asked, moves_money=True), self.release.lexicon)
        values = fill(found, [asked], self.message)
        return values[-1] if values else whole_answer(asked, self.message, self.original)

    def _gives_up(self) -> bool:
        """Words that give up, short enough to be no story of which they are a part."""
        text = self.message.text
        return len(text) <= _SHORT * (1 + text.isascii()) and self.rules.mentions("cancel", text)

    def _inside(self) -> Understood | None:
        inside = self.rules.inside(self.message)
        return _by("rules", TALK[inside]) if inside else None

    def _secret(self, asked: SlotDefinition) -> Command | None:
        """The code or number asked for; an amount that is being corrected is none."""
        if self.rules.mentions("correction", self.message.text) or _MONEY.search(self.message.text):
            return None
        found = extract(self.message, self._wanted(asked, moves_money=False), self.release.lexicon)
        if values := fill(found, [asked], self.message):
            return values[-1]
        if asked.kind == "name" and not self.rules.whole(self.message):
            return whole_answer(asked, self.message, self.original)
        return None

    def _is_read_back(self) -> bool:
        return self.tracker.asked is not None and bool(self.tracker.asked.confirms)

    def _is_slip(self, asked: SlotDefinition | None) -> bool:
        """Only figures, and not a value that was asked for: a slip of the finger, no wish."""
        if not _FIGURES.fullmatch(self.message.text):
            return False
        if asked is None or asked.kind not in _FORMATTED:
            return asked is None
        found = extract(self.message, self._wanted(asked, moves_money=True), self.release.lexicon)
        return not fill(found, [asked], self.message)

    def _answer(self, asked: SlotDefinition) -> Understood | None:
        """An answer to the open question, or a correction of an earlier one."""
        # A task that waits below takes no bare value: "246810" is no new amount of a transfer.
        active = self._moment().active()
        candidates = [asked, *(s for s in task_slots(active, self.release) if s != asked)]
        moves_money = any(may_move_money(flow) for flow in active)
        found = extract(self.message, self._wanted(asked, moves_money), self.release.lexicon)
        values = fill(found, candidates, self.message)
        if values and not is_something_else(self._moment(), values, found):
            return _by("rules", *values)
        if asked.kind in FREE_KINDS | {"number"} and not is_something_else(self._moment(), [], []):
            answer = whole_answer(asked, self.message, self.original)
            return _by("rules", answer) if answer else None
        return None

    def means(self, scores: IntentScores, message: Normalised) -> tuple[Command, ...]:
        """Scores to commands: a task with its values, a question, talk, or an honest doubt."""
        limits = self.owner.thresholds
        near = near_tasks(self.tracker, self.release)
        scores = prefer_near(scores, near, self.release, sure=limits.part)
        intent, probability = scores.ranked[0]
        is_unknown = intent == "out_of_scope" or scores.known < limits.known
        if (is_unknown or intent in _ABOUT_US) and self.rules.mentions("insults", message.text):
            return (CannotHandle(reason="insult", confidence=probability),)
        if is_unknown:
            asked = dict(scores.ranked).get("search_knowledge", 0.0) >= limits.option
            if asked and self._asks() and scores.known >= limits.known:
                return (SearchKnowledge(question=self._words(message), confidence=probability),)
            return (CannotHandle(reason="out_of_scope", confidence=probability),)
        if probability < limits.sure:
            return self._unsure(scores, message)
        return self._meant(intent, probability, message)

    def _meant(self, intent: str, probability: float, message: Normalised) -> tuple[Command, ...]:
        flow = flow_for_intent(intent, self.release, probability)
        is_question = intent == "search_knowledge" or intent.startswith("faq")
        if is_question or is_side_question(flow, probability, self._moment()):
            return (SearchKnowledge(question=self._words(message), confidence=probability),)
        if intent == "deny" and self.rules.mentions("wrong", message.text) and self._is_read_back():
            return (CannotHandle(reason="what_to_change", confidence=probability),)
        if intent in {"affirm", "deny"} and not may_answer(intent, probability, self._moment()):
            return (CannotHandle(reason="not_understood", confidence=probability),)
        if intent in TALK:
            return (TALK[intent].model_copy(update={"confidence": probability}),)
        if flow is not None and is_doubtful_switch(flow, probability, self._moment()):
            return (Clarify(options=(flow.id,), confidence=probability),)
        return self._begun(intent, probability, flow, message)

    def _begun(
        self, intent: str, probability: float, flow: Flow | None, message: Normalised
    ) -> tuple[Command, ...]:
        """The task with the values of the message; values alone where the intent is a value."""
        active = {frame.flow for frame in self.tracker.stack} | ({flow.id} if flow else set())
        mapped = slots_for_intent(intent, self.release, active)
        if flow is None:
            nothing = CannotHandle(reason="not_supported", confidence=probability)
            return mapped or (nothing,)
        start = StartFlow(flow=flow.id, confidence=probability)
        found = extract(message, self._wanted(None, may_move_money(flow)), self.release.lexicon)
        candidates = [s for s in task_slots([flow], self.release) if s.mask != "secret"]
        values = fill(found, candidates, message, is_start=True)
        return (start, *mapped, *values, *stories(candidates, values, self._words(message)))

    def _words(self, message: Normalised) -> str:
        """The customer's own words behind a normalised piece."""
        start, end = message.span(0, len(message.text))
        return self.original[start:end].strip()

    def _unsure(self, scores: IntentScores, message: Normalised) -> tuple[Command, ...]:
        """A close call becomes one question; anything weaker an honest "not understood"."""
        limits = self.owner.thresholds
        likely = [(i, p) for i, p in scores.ranked if p >= limits.option]
        if self._asks() and any(intent == "search_knowledge" for intent, _ in likely):
            return (SearchKnowledge(question=self._words(message), confidence=scores.ranked[0][1]),)
        flows = [flow.id for i, _ in likely if (flow := flow_for_intent(i, self.release))]
        options = tuple(dict.fromkeys(flows))[:3]
        if len(options) > 1 or (options and is_worth_asking(options[0], self._moment())):
            return (Clarify(options=options, confidence=sum(p for _, p in likely[:3])),)
        intent, probability = scores.ranked[0]
        if probability >= limits.option and (options or intent in SMALL_TALK):
            return self._meant(intent, probability, message)
        if self.rules.mentions("insults", message.text):
            return (CannotHandle(reason="insult", confidence=probability),)
        if self._asks():
            return (SearchKnowledge(question=self._words(message), confidence=probability),)
        return (CannotHandle(reason="not_understood", confidence=probability),)

    def _asks(self) -> bool:
        return self.rules.mentions("question", self.message.text)

    def _wanted(self, asked: SlotDefinition | None, moves_money: bool) -> Wanted:
        return Wanted(asked, moves_money, self.owner.today())


def _by(name: str, *commands: Command) -> Understood:
    return Understood(commands=commands, by=name)
