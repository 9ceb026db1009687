"""Branches that can be visited: where they are and when they are open.

The same as the sample bank's document `branch-list`; times are of China Standard Time.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.bank.sandbox.calendar import BANK_ZONE

SLOT = timedelta(minutes=30)
BOOKABLE_DAYS = 7
"""Half-hours of the next seven days can be booked; document `branch-hours`."""

_SATURDAY = 5
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch.

    Attributes:
        is_rural: In a county: 8:30 to 16:30, closed on Sundays.
        sundays: Whether a branch in a city is open on Sundays.
    """

    branch_id: str
    name: str
    city: str
    address: str
    is_rural: bool = False
    sundays: bool = True

    def hours(self, day: date) -> tuple[time, time] | None:
        """When it opens and closes that day; None when it stays closed."""
        if self.is_rural:
            return None if day.weekday() == _SUNDAY else (time(8, 30), time(16, 30))
        if day.weekday() < _SATURDAY:
            return time(9), time(17)
        if day.weekday() == _SUNDAY and not self.sundays:
            return None
        return time(9, 30), time(16)

    def is_open_at(self, at: datetime) -> bool:
        """Whether a visit of half an hour fits in at that time."""
        local = at.astimezone(BANK_ZONE)
        hours = self.hours(local.date())
        return hours is not None and hours[0] <= local.time() and (local + SLOT).time() <= hours[1]


BRANCHES = (
    Branch("B0101", "杭州分行营业部", "杭州", "上城区钱塘路168号"),
    Branch("B0102", "杭州城东支行", "杭州", "上城区望江街96号", sundays=False),
    Branch("B0103", "杭州西湖支行", "杭州", "西湖区云溪路35号"),
    Branch("B0104", "杭州滨江科技支行", "杭州", "滨江区潮声路210号", sundays=False),
    Branch("B0201", "上海分行营业部", "上海", "浦东新区望潮路18号"),
    Branch("B0202", "上海徐汇支行", "上海", "徐汇区梧桐里路77号"),
    Branch("B0203", "上海静安支行", "上海", "静安区石门里路126号", sundays=False),
    Branch("B0301", "深圳分行营业部", "深圳", "南山区观海大道66号"),
    Branch("B0302", "深圳福田支行", "深圳", "福田区莲花一街9号"),
    Branch("B0401", "广州天河支行", "广州", "天河区珠水路158号"),
    Branch("B0501", "北京分行营业部", "北京", "西城区金阙街20号"),
    Branch("B0601", "成都分行营业部", "成都", "锦江区锦水路88号"),
    Branch("B0602", "成都武侯支行", "成都", "武侯区竹影街41号", sundays=False),
    Branch("B0701", "南京鼓楼支行", "南京", "鼓楼区秦淮里路52号"),
    Branch("B0801", "武汉江汉支行", "武汉", "江汉区江声路119号"),
    Branch("B0901", "桐溪县支行", "桐溪县", "桐溪县城关镇人民路12号", is_rural=True),
    Branch("B0902", "青禾县支行", "青禾县", "青禾县城关镇丰收路8号", is_rural=True),
    Branch("B0903", "云岭县支行", "云岭县", "云岭县城关镇迎春街30号", is_rural=True),
)


def find_branch(branch_id: str) -> Branch | None:
    """The branch with this id."""
    return next((branch for branch in BRANCHES if branch.branch_id == branch_id), None)
