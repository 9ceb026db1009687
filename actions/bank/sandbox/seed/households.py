"""Household bills of the sample customers, and who of the bank looked at their data."""

from collections.abc import Mapping
from datetime import date, timedelta

from actions.bank.sandbox.seed.person import Person

Row = tuple[str | int | None, ...]

COMPANIES: Mapping[str, str] = {
    "electricity": "望海电力",
    "water": "清源水务",
    "gas": "安和燃气",
    "property": "海润物业",
    "cable_tv": "广联有线",
    "broadband": "广联宽带",
    "heating": "融暖热力",
    "phone": "话费充值",
}
"""Kind of bill to the company; all are fictional."""

_PREFIXES: Mapping[str, str] = {
    "electricity": "3301",
    "water": "3302",
    "gas": "3303",
    "property": "3304",
    "cable_tv": "3305",
    "broadband": "3306",
    "heating": "3307",
}
"""What the account numbers of a company begin with; six digits of the customer follow."""

_DUE_FEN: Mapping[str, Mapping[str, int]] = {
    "C1001": {"electricity": 8_640, "water": 3_120, "gas": 0, "broadband": 9_900},
    "C1002": {"electricity": 21_260, "water": 6_480, "gas": 9_850, "property": 128_000},
    "C1003": {
        "electricity": 86_020,
        "water": 15_300,
        "gas": 22_140,
        "property": 540_000,
        "cable_tv": 3_000,
    },
    "C1004": {"electricity": 9_530, "water": 3_800, "gas": 5_720, "cable_tv": 2_600},
    "C1005": {"electricity": 80_360, "water": 12_000, "broadband": 12_900},
    "C1006": {"electricity": 6_170, "water": 2_200},
}
"""What is due at the seed, by customer and kind."""

_ACCESSES = (
    (3, "智能助手", "answer_customer", "balance"),
    (12, "客户经理", "annual_review", "profile"),
    (41, "反洗钱岗", "legal_duty", "transactions"),
    (97, "网点柜员", "counter_service", "profile"),
    (188, "信用卡中心", "limit_review", "profile"),
)
"""Days before the seed, role, purpose and data of each look at a customer's records."""


def account_of(customer_id: str, kind: str) -> str:
    """Number of a customer's account at the company of that kind."""
    return f"{_PREFIXES[kind]}{int(customer_id[1:]):06d}"


def utility_accounts(person: Person, _: date) -> list[Row]:
    """Rows of the accounts at companies."""
    return [
        (
            kind,
            account_of(person.customer_id, kind),
            COMPANIES[kind],
            person.name,
            person.customer_id,
            due_fen,
        )
        for kind, due_fen in _DUE_FEN.get(person.customer_id, {}).items()
    ]


def data_accesses(person: Person, seed_date: date) -> list[Row]:
    """Rows of the access log."""
    return [
        (
            None,
            person.customer_id,
            f"{(seed_date - timedelta(days=days)).isoformat()}T02:1{index}:00Z",
            role,
            purpose,
            data,
        )
        for index, (days, role, purpose, data) in enumerate(_ACCESSES)
    ]
