"""A visit to a branch: which branch, which day, which half-hour."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from pydantic import JsonValue

from actions.bank.port import BankApi
from actions.bank.services import Branch
from actions.receipts import Checks, change, record_facts, record_is_there
from actions.registry import Action, ActionContext, slot_names
from actions.saga import Step, saga
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.numerals import read_chinese
from assistant.ports import ActionResult, ActionSay

_BRANCH: Final = SlotName("branch")
_DAY: Final = SlotName("visit_day")
_TIME: Final = SlotName("visit_time")
_OLD: Final = SlotName("old_visit")
_LISTED: Final = 6
_BOOKABLE_DAYS: Final = 7
_WEEK: Final = 7
_HALF: Final = 30
_NOON: Final = 12
_LAST_MORNING_HOUR: Final = 7
"""One to seven o'clock said without a part of the day is in the afternoon: banks open at 8:30."""

_HEAD: Final = "营业部"
"""Every city's main branch is called that; without the city the customer's own is meant."""
_KIND: Final = re.compile(r"(?:科技)?支行|分行营业部|分行|营业部|县支行|网点|县")
_WEEKDAYS: Final[Mapping[str, int]] = {
    **{word: day for day, word in enumerate("一二三四五六")},
    "日": 6,
    "天": 6,
    **{word: day for day, word in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}
_AWAY: Final[Mapping[str, int]] = {
    "今": 0,
    "today": 0,
    "明": 1,
    "聽": 1,
    "听": 1,
    "tomorrow": 1,
    "后": 2,
    "後": 2,
}
_IN_WORDS: Final = re.compile(
    r"(?P<away>day after tomorrow|today|tomorrow|大后|今|明|聽|听|后|後)[天日儿兒]?", re.IGNORECASE
)
_WEEKDAY: Final = re.compile(
    r"(?P<next>下+(?:个|個)?|next\s+)?(?:(?:周|週|星期|礼拜|禮拜)(?P<zh>[一二三四五六日天])"
    r"|(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})[日号號]|(?P<iso>\d{4}-\d\d-\d\d)"
)
_N: Final = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_CLOCK: Final = re.compile(
    rf"(?P<part>上午|早上|早晨|朝早|中午|下午|下晝|晚上|am|pm)?\s*(?P<hour>{_N})\s*"
    rf"(?:(?:点|點|时|時)(?:钟|鐘)?(?P<half>半)?(?:(?P<zh>{_N})分?)?|:(?P<minute>\d\d))?"
    r"\s*(?P<after>am|pm|o'clock)?",
    re.IGNORECASE,
)


def read_day(text: str, today: date) -> date | None:
    """The coming day the words name: 明天, 周三, 下周一, 25号, next Monday, 2026-11-25."""
    match = _DATE.search(text)
    if match is not None:
        return _dated(match, today)
    match = _WEEKDAY.search(text)
    if match is not None:
        wanted = _WEEKDAYS[(match["zh"] or match["en"].lower())]
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=wanted)
        if match["next"]:
            return day + timedelta(days=_WEEK)
        return day if day >= today else day + timedelta(days=_WEEK)
    match = _IN_WORDS.search(text)
    if match is None:
        return None
    word = match["away"].lower()
    if word in {"大后", "day after tomorrow"}:
        return today + timedelta(days=3 if word == "大后" else 2)
    return today + timedelta(days=_AWAY[word])


def _dated(match: re.Match[str], today: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        day = date(today.year, int(match["month"] or today.month), int(match["day"]))
        if day < today:
            month = today.month % 12 + 1 if match["month"] is None else day.month
            is_next_year = match["month"] is not None or month == 1
            day = date(today.year + is_next_year, month, day.day)
    except ValueError:
        return None
    return day


def read_time(text: str) -> str | None:
    """The half-hour the words name, "14:30"; other minutes go to the half-hour they are in."""
    for match in _CLOCK.finditer(text):
        hour = _number(match["hour"])
        is_clock = match["minute"] or match["after"] or re.search("[点點时時]", match[0])
        if hour is None or not is_clock or hour > 23:  # noqa: PLR2004 - hours of a day
            continue
        part = (match["part"] or match["after"] or "").lower()
        if part in {"下午", "下晝", "晚上", "pm", "中午"} and hour < _NOON:
            hour += _NOON if part != "中午" or hour <= _LAST_MORNING_HOUR else 0
        elif part in {"", "o'clock"} and hour <= _LAST_MORNING_HOUR:
            hour += _NOON
        minute = _HALF if match["half"] else _number(match["zh"] or match["minute"] or "0") or 0
        return f"{hour:02d}:{minute // _HALF * _HALF:02d}"
    return None


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    read = read_chinese(text)
    return None if read is None else int(read)


def key_of(branch: Branch) -> str:
    """What a branch is called in short: 城东 for 杭州城东支行, 杭州 for 杭州分行营业部."""
    short = _KIND.sub("", branch.name)
    city = _KIND.sub("", branch.city)
    return short.removeprefix(city) or short


def find_branches(text: str, branches: Sequence[Branch], near: str = "") -> list[Branch]:
    """Branches the words may mean: by id or name, else by district or city, else near the address.

    Args:
        text: What the customer said.
        branches: All of them.
        near: Address the customer lives at, "" when unknown.
    """
    exact = [one for one in branches if one.branch_id == text.strip() or one.name in text]
    short = [
        one for one in branches if key_of(one) != _KIND.sub("", one.city) and key_of(one) in text
    ]
    of_place = [one for one in branches if _district(one) in text] or [
        one for one in branches if _KIND.sub("", one.city) in text
    ]
    head = [one for one in branches if _HEAD in text and _HEAD in one.name]
    head = [one for one in head if near and _KIND.sub("", one.city) in near] or head
    is_near = re.search(r"最近|附近|离我近|離我近|\bnear", text)
    close = [one for one in branches if near and is_near and _district(one) in near]
    close = close or [
        one for one in branches if near and is_near and _KIND.sub("", one.city) in near
    ]
    return exact or short or head or of_place or close


def _district(branch: Branch) -> str:
    match = re.match(r"[\u4e00-\u9fff]{2,4}?[区县]", branch.address)
    return match[0] if match else branch.address


async def _address(bank: BankApi, context: ActionContext) -> str:
    if context.customer_id is None:
        return ""
    return (await bank.profile(context.customer_id)).address


async def _prefill_branch(bank: BankApi, context: ActionContext) -> ActionResult:
    found = find_branches(context.said, await bank.branches(), await _address(bank, context))
    return _chosen(found[0]) if len(found) == 1 else ActionResult(outcome="done")


async def _ask_branch(bank: BankApi, context: ActionContext) -> ActionResult:
    """Those of the customer's city first; to a visitor one of each city."""
    branches = await bank.branches()
    address = await _address(bank, context)
    named = find_branches(context.said, branches)
    near = [one for one in branches if _KIND.sub("", one.city) in address]
    say = _list("utter_ask_branch", named or near or branches)
    return ActionResult(outcome="done", says=(say,))


async def _validate_branch(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_BRANCH)
    if text is None:
        return ActionResult(outcome="done")
    branches = await bank.branches()
    found = find_branches(text, branches, await _address(bank, context))
    if len(found) == 1:
        return _chosen(found[0])
    # Of several the question that follows shows those that were named.
    says = () if found else (_list("utter_branch_unknown", branches),)
    return ActionResult(outcome="done", slots={_BRANCH: None}, says=says)


async def _validate_day(_: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_DAY)
    if text is None:
        return ActionResult(outcome="done")
    day = read_day(text, context.today)
    last = context.today + timedelta(days=_BOOKABLE_DAYS)
    if day is None or not context.today <= day <= last:
        facts: Facts = {"first": context.today.isoformat(), "last": last.isoformat()}
        say = ActionSay(response_key=ResponseKey("utter_visit_day_invalid"), facts=facts)
        return ActionResult(outcome="done", slots={_DAY: None}, says=(say,))
    return ActionResult(outcome="done", slots={_DAY: day.isoformat()})


async def _validate_time(_: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_TIME)
    if text is None:
        return ActionResult(outcome="done")
    time = read_time(text)
    if time is None:
        say = ActionSay(response_key=ResponseKey("utter_visit_time_vague"))
        return ActionResult(outcome="done", slots={_TIME: None}, says=(say,))
    return ActionResult(outcome="done", slots={_TIME: time})


def _chosen(branch: Branch) -> ActionResult:
    facts: Facts = {"branch_name": branch.name, "branch_address": branch.address}
    return ActionResult(outcome="done", slots={_BRANCH: branch.branch_id}, facts=facts)


def _list(key: str, branches: Sequence[Branch]) -> ActionSay:
    shown = branches[:_LISTED]
    buttons = tuple(
        Button(title=one.name, payload=f"/SetSlots(branch={one.branch_id})") for one in shown
    )
    facts: Facts = {
        "branches": [{"branch": one.name, "address": one.address} for one in shown],
        "cities": list(dict.fromkeys(one.city for one in branches)),
        "has_more": len(branches) > len(shown),
    }
    return ActionSay(response_key=ResponseKey(key), facts=facts, buttons=buttons)


def _body(context: ActionContext) -> dict[str, JsonValue]:
    day, time = context.required(_DAY), context.required(_TIME)
    return {
        "branch": context.required(_BRANCH),
        "starts_at": f"{day}T{time}",
        "service": context.text("visit_service") or "",
        "phone": context.required("contact_phone"),
    }


def _result(result: Mapping[str, JsonValue]) -> Facts:
    starts_at = str(result.get("starts_at", "")).replace("T", " ")
    return {**record_facts(result), "starts_at": starts_at}


async def _prefill_move(bank: BankApi, context: ActionContext) -> ActionResult:
    """Whether another visit is booked that this one may replace; else nothing is asked."""
    customer_id = context.customer_id
    if customer_id is None:
        return ActionResult(outcome="done", skip=True)
    wanted = f"{context.required(_DAY)}T{context.required(_TIME)}"
    booked = [
        (starts_at, one)
        for one in await bank.visits(customer_id)
        if one.status == "booked"
        and isinstance(starts_at := one.details.get("starts_at"), str)
        and starts_at != wanted
        and starts_at[:10] >= context.today.isoformat()
    ]
    if not booked:
        return ActionResult(outcome="done", skip=True)
    starts_at, visit = min(booked, key=lambda each: each[0])
    branch = visit.details.get("branch_name")
    facts: Facts = {
        "old_starts_at": starts_at.replace("T", " "),
        "old_branch_name": branch if isinstance(branch, str) else "",
    }
    return ActionResult(outcome="done", slots={_OLD: visit.record_id}, facts=facts)


def _cancel_body(context: ActionContext) -> dict[str, JsonValue]:
    return {"appointment": context.required(_OLD)}


def _cancel_result(result: Mapping[str, JsonValue]) -> Facts:
    return {
        "cancelled_id": result.get("cancelled_id"),
        "cancelled_starts_at": str(result.get("cancelled_starts_at", "")).replace("T", " "),
    }


_BOOK: Final = change(
    "book_branch",
    slot_names("branch", "visit_day", "visit_time", "contact_phone"),
    _body,
    _result,
    optional=slot_names("visit_service"),
    checks=Checks(verify=record_is_there, for_visitors=True),
)
_CANCEL: Final = change("cancel_visit", slot_names("old_visit"), _cancel_body, _cancel_result)
_MOVE: Final = saga(
    "move_visit",
    (*_BOOK.arguments, _OLD),
    (
        Step(
            does=_BOOK,
            slots=lambda slots, _: slots,
            undoes=_CANCEL,
            undo_slots=lambda _, done: {_OLD: done[-1]["appointment_id"]},
        ),
        Step(does=_CANCEL, slots=lambda slots, _: slots),
    ),
    optional=_BOOK.optional,
)
"""The new visit first: who loses the old one has a new one by then."""

VISIT_ACTIONS: Final[Sequence[Action]] = (
    _BOOK,
    _MOVE,
    Action(name=ActionName("prefill_wants_move"), run=_prefill_move, level=Assurance.VISITOR),
    *(
        Action(name=ActionName(name), run=run, level=Assurance.VISITOR)
        for name, run in (
            ("prefill_branch", _prefill_branch),
            ("action_ask_branch", _ask_branch),
            ("validate_branch", _validate_branch),
            ("validate_visit_day", _validate_day),
            ("validate_visit_time", _validate_time),
        )
    ),
)
