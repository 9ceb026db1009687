"""What the sample customers earn and spend, as rules the history is drawn from.

Amounts are fen. Shops and employers are fictional.
"""

from dataclasses import dataclass
from datetime import date

from actions.bank.sandbox.ledger import Description

YUAN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """Something that happens on a day of the month.

    Attributes:
        low_yuan: Least amount; above zero comes in, below zero goes out.
        high_yuan: Amount farthest from zero, of the same sign; equal to `low_yuan` if fixed.
        months: Months it happens in.
        since: First day it can happen.
        until: Last day it can happen.
    """

    day: int
    account_id: str
    low_yuan: int
    high_yuan: int
    description: Description
    hour: int = 9
    months: tuple[int, ...] = tuple(range(1, 13))
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """Everyday spending, or takings.

    Attributes:
        per_mille: Chance that it happens on a day, in thousandths.
        low_fen: Least amount; above zero comes in, below zero goes out.
        high_fen: Amount farthest from zero, of the same sign.
        whole_yuan: Amounts are whole yuan.
        places: Who with; one is drawn each time.
    """

    per_mille: int
    account_id: str
    low_fen: int
    high_fen: int
    places: tuple[str, ...]
    category: str
    channels: tuple[str, ...] = ("wechat_pay", "alipay")
    hours: tuple[int, int] = (9, 21)
    whole_yuan: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """Everything one customer does."""

    regular: tuple[Regular, ...]
    frequent: tuple[Frequent, ...]


GROCERS = ("晨禾超市", "惠邻生鲜", "满仓便利店")
EATERIES = ("巷口面馆", "云岫咖啡", "阿婆粥铺", "三味小炒", "南塘烧烤")
SHOPS = ("青木百货", "拾光服饰", "星野数码", "云集网店")
RIDES = ("青橙出行", "城市地铁", "城市公交")
UTILITIES = Description("城市水电燃气缴费", "utilities", "auto_debit", "水电燃气费")


def phone_bill(account_id: str, yuan: int) -> Regular:
    """Monthly mobile bill."""
    return Regular(
        day=3,
        account_id=account_id,
        low_yuan=-yuan,
        high_yuan=-yuan,
        description=Description("通信话费充值", "phone_bill", "mobile_bank", "话费"),
    )


def interest(account_id: str, low_yuan: int, high_yuan: int) -> Regular:
    """Quarterly interest on a current account."""
    # Banks of the country settle current-account interest on the 20th of each quarter's end.
    return Regular(
        day=21,
        hour=2,
        account_id=account_id,
        low_yuan=low_yuan,
        high_yuan=high_yuan,
        months=(3, 6, 9, 12),
        description=Description("海岳银行", "interest", "system", "结息"),
    )


def cash(account_id: str, per_mille: int, high_yuan: int) -> Frequent:
    """Cash taken from a machine now and then."""
    return Frequent(
        per_mille=per_mille,
        account_id=account_id,
        low_fen=-200 * YUAN,
        high_fen=-high_yuan * YUAN,
        places=("海岳银行自助取款机",),
        category="cash",
        channels=("atm",),
        whole_yuan=True,
    )
