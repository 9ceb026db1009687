"""What customers decide about themselves: preferences, notes at entries, their own data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from pydantic import JsonValue

from actions.bank.history import TransactionQuery
from actions.bank.port import BankApi
from actions.receipts import Checks, change, record_facts, record_is_there
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Locale
from assistant.model.numerals import read_chinese
from assistant.ports import ActionResult, ActionSay

_WISH: Final = SlotName("wish")
_NOTE: Final = SlotName("note_text")
_CATEGORY: Final = SlotName("new_category")
_OFF: Final = re.compile(
    r"关|關|取消|不要|不想|别|別|停|退订|退訂|不再|不需要|拒绝|唔好|唔要|退出|恢复正常|换回|\b(?:off|no|stop|"
    r"don't|do not|disable|cancel|unsubscribe)\b",
    re.IGNORECASE,
)
_LANGUAGES: Final = (
    ("zh-Hant", re.compile(r"繁体|繁體|繁中|正体|正體|traditional", re.IGNORECASE)),
    ("zh-Hans", re.compile(r"简体|簡體|简中|普通话|simplified|mandarin", re.IGNORECASE)),
    ("en", re.compile(r"(?:英文|英语|英語|english)", re.IGNORECASE)),
    ("zh-Hans", re.compile(r"中文|汉语|漢語|chinese", re.IGNORECASE)),
)
_NOT_READ: Final = re.compile(
    r"(?:看不懂|不会|不懂|不要|不想|唔识|唔識|can't read|don't (?:read|"
    r"speak))[^，,。.]{0,4}(?:英文|英语|英語|english|中文|chinese)",
    re.IGNORECASE,
)
_ELDER: Final = re.compile(
    r"长辈|長輩|老年|老人|长者|長者|关怀版|关怀模式|適老|适老|大字|字[^，,。]{0,4}大|字[^，,。]{0,6}看不清|眼睛花|"
    r"慢一?点|senior|elder|larger? text|big(?:ger)? (?:text|font)",
    re.IGNORECASE,
)
_LOUD: Final = re.compile(
    r"营销|營銷|推广|推廣|推销|推銷|广告|廣告|宣传|宣傳|优惠信息|優惠|活动(?:短信|信息|通知)|促销|推送|marketing|"
    r"promotion|advert|offers|\bads\b",
    re.IGNORECASE,
)
_QUIET: Final = re.compile(
    r"免打扰|免打擾|勿扰|勿擾|静默|靜默|静音|打扰|打擾|嘈我|发消息|發消息|发短信|quiet|disturb|"
    r"texts? after|messages? after|no (?:texts|messages|calls)",
    re.IGNORECASE,
)
_N: Final = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_HOUR: Final = re.compile(
    rf"(?P<part>早上|上午|清晨|早晨|中午|下午|傍晚|晚上|夜里|夜裡|夜晚|晚|朝早|凌晨)?\s*(?P<hour>{_N})\s*"
    r"(?:(?:点|點|时|時)(?:钟|鐘)?(?P<half>半)?|:(?P<minute>\d\d))?\s*(?P<after>am|pm)?",
    re.IGNORECASE,
)
_DEFAULT_QUIET: Final = ("21:00", "08:00")
"""Evening to morning, when the customer names no hour or only the first."""

_NOTE_LEAD: Final = re.compile(
    r"^.*?(?:备注|備註|备住|注释|說明|说明|标签|标成|标记成|標成|写上|"
    r"写清楚|寫低|记到[^：:]*|记一下|記一下|note|label(?:led)?|mark it)"
    r"(?:一下|成|为|為|是|写|上|个|個|下|as|on [^:]*)*\s*[:：，,]?\s*",
    re.IGNORECASE,
)
_LONGEST_NOTE: Final = 100


def read_preferences(text: str) -> dict[str, JsonValue]:
    """What a sentence asks to set; empty when it names nothing that can be set.

    Returns:
        Some of `language`, `elder_mode`, `marketing_consent`, `quiet_hours` ("21:00-08:00").
    """
    found: dict[str, JsonValue] = {}
    is_off = _OFF.search(text) is not None
    language = _language(text)
    if language is not None:
        found["language"] = language
    if _ELDER.search(text):
        found["elder_mode"] = not is_off
    if _LOUD.search(text):
        found["marketing_consent"] = not (is_off or "烦" in text or "煩" in text)
    hours = _hours(text)
    if "marketing_consent" not in found and (_QUIET.search(text) or len(hours) > 1):
        found["quiet_hours"] = _quiet(text, hours)
    return found


def _language(text: str) -> str | None:
    rest = _NOT_READ.sub(" ", text)
    return next((code for code, words in _LANGUAGES if words.search(rest)), None)


def _quiet(text: str, hours: Sequence[str]) -> str:
    if not hours and re.search(
        r"(?:关|取消|停|turn off|disable|cancel)[^，,。]{0,6}"
        r"(?:免打|勿扰|静默|quiet|do not disturb)",
        text,
    ):
        return ""
    begin = hours[0] if hours else _DEFAULT_QUIET[0]
    end = hours[1] if len(hours) > 1 else _DEFAULT_QUIET[1]
    return f"{begin}-{end}"


def _hours(text: str) -> list[str]:
    hours: list[str] = []
    for match in _HOUR.finditer(text):
        is_hour = match["minute"] or match["after"] or re.search("[点點时時]", match[0])
        hour = int(match["hour"]) if match["hour"].isdecimal() else read_chinese(match["hour"])
        if not is_hour or hour is None:
            continue
        part = (match["part"] or match["after"] or "").lower()
        is_late = part in {"下午", "傍晚", "晚上", "夜里", "夜裡", "夜晚", "晚", "pm"}
        shifted = (int(hour) + (12 if is_late and int(hour) <= 12 else 0)) % 24  # noqa: PLR2004 - hours of a day
        minute = "30" if match["half"] else match["minute"] or "00"
        hours.append(f"{shifted:02d}:{minute}")
    return hours


async def _validate_wish(_: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_WISH)
    if text is None:
        return ActionResult(outcome="done")
    found = read_preferences(text)
    if not found:
        say = ActionSay(response_key=ResponseKey("utter_wish_unclear"))
        return ActionResult(outcome="done", slots={_WISH: None}, says=(say,))
    slots = {f"pref_{name}": _word(value) for name, value in found.items()}
    cleared: dict[str, JsonValue] = {f"pref_{name}": None for name in _PREFERENCES}
    return ActionResult(outcome="done", slots={**cleared, **slots})


_PREFERENCES: Final = ("language", "elder_mode", "marketing_consent", "quiet_hours")


def _word(value: JsonValue) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value) or "off"


def _preferences_body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {}
    for name in _PREFERENCES:
        value = context.text(f"pref_{name}")
        if value is None:
            continue
        if name in {"elder_mode", "marketing_consent"}:
            body[name] = value == "on"
        else:
            body[name] = "" if value == "off" else value
    if not body:
        raise BankRefused(ResponseKey("reason_incomplete"))
    return body


def _preferences_facts(result: Mapping[str, JsonValue]) -> Facts:
    return {f"now_{name}": result.get(name) for name in _PREFERENCES} | {
        "changed": result.get("changed")
    }


def _preferred(kept: Mapping[str, JsonValue]) -> Facts:
    """Slots that the conversation goes by from now on."""
    return {
        "preferences_known": True,
        "elder_mode": kept.get("elder_mode") is True,
        "marketing_consent": kept.get("marketing_consent") is True,
        "quiet_hours": kept.get("quiet_hours"),
    }


async def _read_preferences(bank: BankApi, context: ActionContext) -> ActionResult:
    profile = await bank.profile(context.customer())
    return ActionResult(outcome="done", slots=dict(_preferred(profile.preferences)))


async def _are_set(bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    kept = (await bank.profile(context.customer())).preferences
    return all(kept.get(name) == result.get(name) for name in _PREFERENCES)


def _locale(result: Mapping[str, JsonValue]) -> Locale | None:
    language = result.get("language")
    changed = result.get("changed")
    is_new = isinstance(changed, list) and "language" in changed
    return cast("Locale", language) if is_new and isinstance(language, str) else None


async def _validate_note(_: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_NOTE)
    if text is None:
        return ActionResult(outcome="done")
    note = _NOTE_LEAD.sub("", text).strip(" 。.：:，,")[:_LONGEST_NOTE]
    if not note:
        return ActionResult(outcome="done", slots={_NOTE: None})
    return ActionResult(outcome="done", slots={_NOTE: note})


async def _prefill_note(_: BankApi, context: ActionContext) -> ActionResult:
    """Another category was named: a note is not needed."""
    return ActionResult(outcome="done", skip=context.text(_CATEGORY) is not None)


def _annotate_body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {"entry": context.required("entry")}
    note, category = context.text(_NOTE), context.text(_CATEGORY)
    if note is not None:
        body["note"] = note
    if category is not None:
        body["category"] = category
    return body


async def _is_annotated(
    bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]
) -> bool:
    query = TransactionQuery(entry_id=context.required("entry"), limit=1)
    page = await bank.transactions(context.customer(), query)
    return bool(page.items) and (page.items[0].note, page.items[0].category) == (
        result.get("note"),
        result.get("category"),
    )


async def _read_accesses(bank: BankApi, context: ActionContext) -> ActionResult:
    """Who of the bank looked at the customer's data."""
    accesses = await bank.data_accesses(context.customer())
    items: list[JsonValue] = [
        {
            "date": one.at.date().isoformat(),
            "role": one.role,
            "purpose": one.purpose,
            "data": one.data,
        }
        for one in accesses
    ]
    return ActionResult(outcome="done", facts={"accesses": items, "accesses_count": len(items)})


def _privacy_body(context: ActionContext) -> dict[str, JsonValue]:
    return {"privacy_kind": context.required("privacy_kind")}


PREFERENCE_ACTIONS: Final[Sequence[Action]] = (
    change(
        "set_preferences",
        (),
        _preferences_body,
        _preferences_facts,
        optional=slot_names(*(f"pref_{name}" for name in _PREFERENCES)),
        checks=Checks(verify=_are_set, locale=_locale, slots=_preferred),
    ),
    change(
        "annotate_transaction",
        slot_names("entry"),
        _annotate_body,
        record_facts,
        optional=slot_names("note_text", "new_category"),
        checks=Checks(verify=_is_annotated),
    ),
    change(
        "privacy_request",
        slot_names("privacy_kind"),
        _privacy_body,
        record_facts,
        checks=Checks(verify=record_is_there),
    ),
    Action(name=ActionName("read_preferences"), run=_read_preferences, level=Assurance.PHONE),
    Action(name=ActionName("validate_wish"), run=_validate_wish, level=Assurance.VISITOR),
    Action(name=ActionName("validate_note_text"), run=_validate_note),
    Action(name=ActionName("prefill_note_text"), run=_prefill_note),
    Action(name=ActionName("read_data_accesses"), run=_read_accesses),
)
