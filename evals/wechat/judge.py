"""Whether each message was answered once, by what its writer saw: a pure function of the record.

An answer is known by how it begins. What comes a second time counts as doubled, unless it is a
recapitulation that says so and something had gone wrong for that person that explains it. Whether
an answer is the right one is not judged here: one text that stands alone between a message and the
next, and is the answer to nothing else, is an answer, counted as begun otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

QUOTA_CODES: Final = frozenset({45015, 45047, 95001, 95002})
_KEPT: Final = 50
"""Findings that are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One message.

    Attributes:
        sign: How its answer begins.
    """

    surface: str
    openid: str
    text: str
    sign: str


@dataclass(slots=True)
class Verdict:
    """What was found.

    Attributes:
        otherwise: Answers that began otherwise than when they were learnt.
        recapped: Answers that were repeated with a word, after a fault.
        never_arrived: Messages of which the platform cut off every try, and said so to the writer.
        sorry: Times the platform told somebody that the service is not available.
        faults: What went wrong, by kind.
        handled_ms: Push to answer, of pushes without a fault.
        told_ms: Message to answer on the screen, of people who met no fault.
        findings: The first of what was wrong.
    """

    messages: int = 0
    answered_once: int = 0
    otherwise: int = 0
    recapped: int = 0
    lost: int = 0
    never_arrived: int = 0
    doubled: int = 0
    quota_breaches: int = 0
    sorry: int = 0
    pushes: int = 0
    sends: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    handled_ms: list[float] = field(default_factory=list)
    told_ms: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing doubled, nothing over quota."""
        return not (self.lost or self.doubled or self.quota_breaches)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        found = asdict(self)
        for name in ("handled_ms", "told_ms"):
            values = found.pop(name)
            found[name] = {share: quantile(values, share) for share in (50, 99)}
        return found

    def add(self, other: Verdict) -> None:
        """Count another verdict in."""
        for name in ("messages", "answered_once", "otherwise", "recapped", "lost", "doubled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("quota_breaches", "never_arrived", "sorry", "pushes", "sends"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults = dict(Counter(self.faults) + Counter(other.faults))
        self.handled_ms += other.handled_ms
        self.told_ms += other.told_ms
        self.findings = (self.findings + other.findings)[:_KEPT]


def judge(entries: Sequence[Mapping[str, Any]], asked: Iterable[Asked], recap: str) -> Verdict:
    """Hold what people asked against what they saw.

    Args:
        entries: The platform's record.
        asked: Every message that counts.
        recap: How a recapitulation begins.
    """
    verdict = Verdict()
    faults: Counter[str] = Counter()
    faulted: set[str] = set()
    of_person: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in entries:
        _count(entry, verdict)
        fault = str(entry.get("fault") or "")
        if fault and fault != "again":
            faults[fault] += 1
            faulted.add(str(entry.get("openid", "")))
        of_person[str(entry.get("openid", ""))].append(entry)
    verdict.faults = dict(faults.most_common())
    everything = list(asked)
    signs = {one.sign for one in everything} | {recap}
    for one in everything:
        had_fault = one.openid in faulted
        _hold(one, of_person[one.openid], recap, verdict, had_fault=had_fault, signs=signs)
    return verdict


def quantile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)


def _count(entry: Mapping[str, Any], verdict: Verdict) -> None:
    match entry["kind"]:
        case "pushed":
            verdict.pushes += 1
        case "answered" if entry.get("ms") is not None and not entry.get("fault"):
            verdict.handled_ms.append(entry["ms"])
        case "called" if "/send" in entry["path"]:
            verdict.sends += 1
            if entry["code"] in QUOTA_CODES:
                verdict.quota_breaches += 1
                verdict.findings.append(f"quota: {entry['code']} for {entry.get('openid')}")
        case "shown" if entry["via"] == "platform":
            verdict.sorry += 1


def _hold(
    one: Asked,
    entries: Sequence[Mapping[str, Any]],
    recap: str,
    verdict: Verdict,
    *,
    had_fault: bool,
    signs: Collection[str],
) -> None:
    """Count one message."""
    fresh = again = 0
    said_at = shown_at = None
    for entry in entries:
        if entry["kind"] == "said" and entry["text"] == one.text and said_at is None:
            said_at = entry["at"]
        if entry["kind"] != "shown" or one.sign not in entry["text"]:
            continue
        times = entry["text"].count(one.sign)
        is_recap = had_fault and recap in entry["text"] and shown_at is not None
        again += times if is_recap else 0
        fresh += 0 if is_recap else times
        shown_at = entry["at"] if shown_at is None else shown_at
    is_otherwise = not fresh and _stands_alone(one, entries, signs)
    verdict.messages += 1
    verdict.otherwise += is_otherwise
    verdict.answered_once += fresh == 1 or is_otherwise
    verdict.recapped += bool(again)
    if fresh == 1 and not had_fault and said_at is not None and shown_at is not None:
        verdict.told_ms.append((shown_at - said_at) * 1000)
    if fresh == 1 or is_otherwise:
        return
    tries = _tries(one, entries)
    if not fresh and tries and set(tries) == {"cut"}:
        verdict.never_arrived += 1
        return
    kind = "doubled" if fresh else "lost"
    setattr(verdict, kind, getattr(verdict, kind) + 1)
    verdict.findings.append(f"{kind}: {one.openid} “{one.text}” ({fresh}; tries {tries})")
    del verdict.findings[_KEPT:]


def _tries(one: Asked, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What befell each try to push the message; "" for nothing."""
    found: list[str] = []
    is_open = False
    for entry in entries:
        if entry["kind"] == "said":
            is_open = entry["text"] == one.text
        elif entry["kind"] == "pushed" and is_open:
            found.append(str(entry.get("fault") or ""))
    return found


def _stands_alone(one: Asked, entries: Sequence[Mapping[str, Any]], signs: Collection[str]) -> bool:
    """Whether one text, the answer to nothing known, stands between a message and the next."""
    shown: list[str] = []
    is_open = False
    for entry in entries:
        if entry["kind"] == "said":
            if is_open:
                break
            is_open = entry["text"] == one.text
        elif entry["kind"] == "shown" and is_open and entry["via"] != "platform":
            shown.append(entry["text"])
    return len(shown) == 1 and not any(sign in shown[0] for sign in signs)
