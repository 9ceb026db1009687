"""The customer's own particulars: number, address, U-shield, and what recommendations need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from pydantic import JsonValue

from actions.accounts import OWED_KINDS, total_of
from actions.bank.port import BankApi, RiskAssessment
from actions.card_changes import order_is_there
from actions.receipts import Checks, change
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.ports import ActionResult, ActionSay

_PHONE: Final = SlotName("phone")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
"""Mainland mobile numbers: 11 digits from 13 to 19 (MIIT numbering plan of 2017)."""

_OLD_PHONE: Final = SlotName("old_phone")
_IN_USE: Final = "in_use"
_LOST: Final = "lost"
_ADDRESS: Final = SlotName("address")
_ADDRESS_LENGTH: Final = range(6, 201)
"""Characters of a mailing address; the bank takes at most 200."""

_PLACE_WORDS: Final = re.compile(
    r"[省市区县區縣州旗镇鎮乡鄉村街路道巷弄里号號楼樓栋幢室苑园園厦廈座层層單单]"
    r"|\d.*[a-z]|[a-z].*\d",
    re.IGNORECASE,
)
"""A place has a name of a kind of place, or in English a word and a number."""

_INTRODUCES: Final = re.compile(
    r"^.{0,20}?(?:(?:地址|住址|住處|住处)\s*(?:是|为|為|：|:|，|,)?\s*(?:改成|改为|改為|在)?"
    r"|[改换換变變登更新]+(?:成|为|為|到|记成|记为)|(?:搬|寄|住)(?:到|去|来|來|往|在)了?"
    r"|\baddress\s*(?:is|to|:)|\b(?:moved|change it|change that) to)\s*[：:]?\s*",
    re.IGNORECASE,
)
"""What people say before an address ("新地址是…", "搬到…")."""

_INVALID: Final = ResponseKey("utter_phone_invalid")
_UNCHANGED: Final = ResponseKey("utter_phone_unchanged")
_MINOR_IN_YUAN: Final = 100


def read_mobile(text: str) -> str | None:
    """The 11 digits of a mainland mobile number, None when the text is not one."""
    digits = re.sub(r"[\s\-()]", "", text)
    digits = re.sub(r"^(\+?86|0086)(?=1\d{10}$)", "", digits)
    return digits if _MOBILE.fullmatch(digits) else None


def mask_mobile(phone: str) -> str:
    """The number as it may be shown: 138****1001."""
    return f"{phone[:3]}****{phone[-4:]}"


def age_on(birth_date: date, day: date) -> int:
    """Full years lived on that day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


async def _validate_phone(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_PHONE)
    if text is None:
        return ActionResult(outcome="done")
    phone = read_mobile(text)
    if phone is None:
        return _rejected(_INVALID)
    profile = await bank.profile(context.customer())
    if phone == profile.phone:
        return _rejected(_UNCHANGED)
    facts: Facts = {
        "phone_masked": mask_mobile(phone),
        "reserved_phone_masked": mask_mobile(profile.phone),
    }
    return ActionResult(outcome="done", slots={_PHONE: phone}, facts=facts)


async def _validate_old_phone(_: BankApi, context: ActionContext) -> ActionResult:
    """Whatever the customer says about the old number means that it gets no messages any more."""
    said = context.text(_OLD_PHONE)
    if said is None or said in {_IN_USE, _LOST}:
        return ActionResult(outcome="done")
    return ActionResult(outcome="done", slots={_OLD_PHONE: _LOST})


async def _validate_address(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_ADDRESS)
    if text is None:
        return ActionResult(outcome="done")
    address = read_address(text)
    if address is None:
        return _rejected(ResponseKey("utter_address_invalid"), _ADDRESS)
    profile = await bank.profile(context.customer())
    if address == profile.address:
        return _rejected(ResponseKey("utter_address_unchanged"), _ADDRESS)
    facts: Facts = {"address_before": profile.address}
    return ActionResult(outcome="done", slots={_ADDRESS: address}, facts=facts)


def read_address(text: str) -> str | None:
    """A mailing address in one line, None when the text is not one."""
    address = re.sub(r"\s+", " ", text).strip(" ，,。.；;")
    introduced = _INTRODUCES.match(address)
    if introduced is not None:
        address = address[introduced.end() :].strip()
    is_place = _PLACE_WORDS.search(address) is not None
    return address if len(address) in _ADDRESS_LENGTH and is_place else None


async def _read_profile(bank: BankApi, context: ActionContext) -> ActionResult:
    customer_id = context.customer()
    profile = await bank.profile(customer_id)
    accounts = await bank.accounts(customer_id)
    holdings = await bank.holdings(customer_id)
    assets = total_of(
        [account.balance for account in accounts if account.kind not in OWED_KINDS]
        + [holding.amount for holding in holdings]
    )
    facts: Facts = {
        "age": age_on(profile.birth_date, context.today),
        "assets": str(assets.minor_units // _MINOR_IN_YUAN),
        "segment": profile.segment,
        "editions": list(profile.editions),
        **_risk_facts(profile.risk, context.today),
        "holdings": [
            {
                "product_id": holding.product_id,
                "name": holding.name,
                "amount": dict(holding.amount.as_json()),
            }
            for holding in holdings
        ],
    }
    return ActionResult(outcome="done", facts=facts)


def _risk_facts(risk: RiskAssessment | None, today: date) -> Facts:
    if risk is None:
        return {
            "risk_level": None,
            "risk_assessed_on": None,
            "risk_valid_until": None,
            "risk_is_valid": False,
        }
    return {
        "risk_level": risk.level,
        "risk_assessed_on": risk.assessed_on.isoformat(),
        "risk_valid_until": risk.valid_until.isoformat(),
        "risk_is_valid": today <= risk.valid_until,
    }


def _rejected(key: ResponseKey, slot: SlotName = _PHONE) -> ActionResult:
    return ActionResult(outcome="done", slots={slot: None}, says=(ActionSay(response_key=key),))


async def _is_phone(bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    return (await bank.profile(context.customer())).phone == result.get("phone")


async def _is_address(
    bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]
) -> bool:
    return (await bank.profile(context.customer())).address == result.get("address")


def _address_body(context: ActionContext) -> dict[str, JsonValue]:
    address = read_address(context.required(_ADDRESS))
    if address is None:
        raise BankRefused(ResponseKey("reason_address_invalid"))
    return {"address": address}


def _address_result(result: Mapping[str, JsonValue]) -> Facts:
    return {"address": result.get("address")}


def _nothing_more(_: ActionContext) -> dict[str, JsonValue]:
    """The U-shield is known by its owner alone."""
    return {}


def _order_result(result: Mapping[str, JsonValue]) -> Facts:
    return {"order_id": result.get("order_id"), "status": result.get("status")}


def _phone_body(context: ActionContext) -> dict[str, JsonValue]:
    phone = read_mobile(context.required(_PHONE))
    if phone is None:
        raise BankRefused(ResponseKey("reason_phone_invalid"))
    return {"new_phone": phone}


def _phone_result(result: Mapping[str, JsonValue]) -> Facts:
    return {
        "phone_masked": mask_mobile(str(result.get("phone", ""))),
        "transfer_cool_off_until": result.get("transfer_cool_off_until"),
    }


PROFILE_ACTIONS: Final[Sequence[Action]] = (
    change(
        "update_phone",
        slot_names("phone"),
        _phone_body,
        _phone_result,
        optional=slot_names("old_phone"),
        checks=Checks(verify=_is_phone),
    ),
    change(
        "update_address",
        slot_names("address"),
        _address_body,
        _address_result,
        checks=Checks(verify=_is_address),
    ),
    change(
        "reset_ushield_password",
        (),
        _nothing_more,
        _order_result,
        checks=Checks(verify=order_is_there),
    ),
    Action(name=ActionName("validate_phone"), run=_validate_phone),
    Action(name=ActionName("validate_old_phone"), run=_validate_old_phone),
    Action(name=ActionName("validate_address"), run=_validate_address),
    Action(name=ActionName("read_profile"), run=_read_profile, level=Assurance.PHONE),
)
