"""The people of the platform, and what the account may send to each: its ledger of permits.

Source: "Customer service messages": five sends in 48 hours for a message, three in a minute for a
click, a follow or a scan, two in a minute for entering a mini program's chat; a new permit of a
scene replaces the one before it. Touching an entry of a menu message counts as a click.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from evals.wechat_platform.errors import ApiError

HOUR_S: Final = 3600.0
PERMITS: Final[dict[str, tuple[int, float]]] = {
    "message": (5, 48 * HOUR_S),
    "click": (3, 60.0),
    "follow": (3, 60.0),
    "scan": (3, 60.0),
    "enter": (2, 60.0),
}
WINDOW_CLOSED: Final = 45015
USED_UP: Final = 45047


@dataclass(slots=True)
class Grant:
    """What one thing a person did permits."""

    left: int
    until_s: float


@dataclass(slots=True)
class Person:
    """Somebody, as one account knows them.

    Attributes:
        surface: `service`, `mini` or `wecom`.
        openid: The account's name for them; for WeCom the `external_userid`.
        unionid: The same for all accounts of one owner.
        last_exchange_s: Of any message between the two.
        typing_until_s: While the typing sign is shown.
        accepted: Templates of subscription messages they asked for.
    """

    surface: str
    openid: str
    unionid: str
    follows: bool = True
    refuses: bool = False
    grants: dict[str, Grant] = field(default_factory=dict)
    tags: set[int] = field(default_factory=set)
    accepted: dict[str, int] = field(default_factory=dict)
    last_exchange_s: float = 0.0
    typing_until_s: float = 0.0
    kf_state: int = 0

    def grant(self, scene: str, now_s: float) -> None:
        """Note what they did."""
        sends, lasting_s = PERMITS[scene]
        self.grants[scene] = Grant(sends, now_s + lasting_s)
        self.last_exchange_s = now_s

    def spend(self, now_s: float) -> None:
        """Use one send of the permit that ends first.

        Raises:
            ApiError: 45015 when no permit lives, 45047 when those that live are used up.
        """
        living = [grant for grant in self.grants.values() if grant.until_s > now_s]
        if not living or not self.follows:
            raise ApiError(WINDOW_CLOSED, "response out of time limit or subscription is canceled")
        usable = [grant for grant in living if grant.left > 0]
        if not usable:
            raise ApiError(USED_UP, "out of response count limit")
        min(usable, key=lambda grant: grant.until_s).left -= 1


@dataclass(slots=True)
class People:
    """Everybody, made when they are first heard of."""

    known: dict[tuple[str, str], Person] = field(default_factory=dict)

    def get(self, surface: str, openid: str) -> Person:
        """The person, made when there is none."""
        key = (surface, openid)
        if key not in self.known:
            self.known[key] = Person(surface, openid, unionid_of(openid))
        return self.known[key]

    def find(self, surface: str, openid: str) -> Person | None:
        """The person; None when nobody is called so."""
        return self.known.get((surface, openid))


def unionid_of(openid: str) -> str:
    """Name of the human behind an openid: what follows its last dash, hashed.

    So `o-lin`, `m-lin` and `wm-lin` are one human at three accounts.
    """
    human = openid.rpartition("-")[2]
    return "u" + hashlib.sha256(human.encode()).hexdigest()[:27]
