"""The bank's calendar: instants are UTC, the bank's day is China Standard Time.

China Standard Time is UTC+8 all year, without daylight saving since 1992 (IANA tz
database, Asia/Shanghai), so a fixed offset is exact for every date used here.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

BANK_ZONE = timezone(timedelta(hours=8), "CST")
_MONTHS_IN_YEAR = 12


def bank_date(at: datetime) -> date:
    """Day of the bank an aware instant falls on."""
    return at.astimezone(BANK_ZONE).date()


def to_iso(at: datetime) -> str:
    """Write an aware instant as ISO 8601 in UTC, whole seconds: "2026-11-22T01:02:03Z".

    Fixed width, so that text order in the database is time order.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    """Read what `to_iso` wrote."""
    return datetime.fromisoformat(text)


def add_months(day: date, months: int) -> date:
    """Same day `months` later (or earlier), cut to the last day of a shorter month."""
    count = day.year * _MONTHS_IN_YEAR + day.month - 1 + months
    year, month = divmod(count, _MONTHS_IN_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_day_of_month(day: date, day_of_month: int) -> date:
    """First date on or after `day` whose day of the month is `day_of_month` (1 to 28)."""
    this_month = day.replace(day=day_of_month)
    return this_month if this_month >= day else add_months(this_month, 1)
