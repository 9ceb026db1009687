"""What the gateway asks before each change: gathers the inputs, decides, keeps the decision."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from pydantic import JsonValue

from actions.bank.port import Account, BankApi, Profile
from actions.risk.engine import RiskEngine
from actions.risk.store import RiskStore, Velocity
from assistant.errors import StoreUnavailable
from assistant.model.frozen import Facts
from assistant.model.ids import CustomerId, IdempotencyKey
from assistant.model.money import Money, MoneyError
from assistant.model.risk import ListEntry, RiskPolicy
from assistant.ports import ActionRequest, Clock
from assistant.ports.risk import RiskVerdict

_BANK_ZONE: Final = timezone(timedelta(hours=8), "CST")
_ELDER: Final = 60
"""Years; Law of the PRC on the Protection of the Rights and Interests of the Elderly, art. 2."""
_PAYING: Final = frozenset({"current", "private", "merchant"})
_THOUSAND: Final = 1000
_PAYEE: Final = "payee"
_STORE_DOWN: Final = "store_unavailable"

Circumstances = Callable[[], Awaitable[Facts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskDesk:
    """Decides about one change of one customer.

    Attributes:
        engine: Rules and score.
        store: Decisions kept, velocity, list entries of the table.
    """

    engine: RiskEngine
    store: RiskStore
    bank: BankApi
    clock: Clock

    @property
    def policy(self) -> RiskPolicy:
        """What the bank set."""
        return self.engine.policy

    async def decide(
        self, request: ActionRequest, key: IdempotencyKey, circumstances: Circumstances
    ) -> RiskVerdict:
        """Decide, and keep what was decided and what the watched table would have said.

        Args:
            request: The change, with the signs of the talk.
            key: Its idempotency key, so that asking twice counts once.
            circumstances: What the action itself knows: amount, payee_is_new, payee_is_own.

        Raises:
            BankRefused: The arguments make no sense to the bank.
            BankUnavailable: The bank did not say what the decision needs.
        """
        if request.action in self.policy.protective:
            return await self.engine.decide(request.action, {})
        try:
            given = await self._inputs(request, circumstances)
            verdict = await self.engine.decide(request.action, given)
            watched = await self.engine.watch(given)
            await self.store.keep(
                self.clock.now(),
                key,
                request.customer_id,
                request.action,
                dict(given),
                (verdict, watched),
            )
        except StoreUnavailable:
            # Without counters and lists there is no decision by rules: as when the engine fails.
            is_money = request.action in self.policy.money
            return RiskVerdict(
                decision="step_up" if is_money else "allow",
                reason_codes=(_STORE_DOWN,),
                category="check" if is_money else "",
            )
        return verdict

    async def has_held(self, key: IdempotencyKey) -> bool:
        """Whether a change was held, so that a colleague may release it."""
        return await self.store.has_held(key)

    async def _inputs(
        self, request: ActionRequest, circumstances: Circumstances
    ) -> dict[str, JsonValue]:
        now = self.clock.now()
        is_money = request.action in self.policy.money
        given: dict[str, JsonValue] = {
            "money": is_money,
            "hour": now.astimezone(_BANK_ZONE).hour,
            "scam": request.scam,
            "payee_listed": "none",
            "customer_listed": "none",
        }
        customer = request.customer_id
        if not is_money or customer is None:
            return {**_still(), **given} if not is_money else given
        facts, profile, accounts, velocity = await asyncio.gather(
            circumstances(),
            self.bank.profile(customer),
            self.bank.accounts(customer),
            self.store.velocity(customer, now),
        )
        given |= _of_payment(facts, accounts, velocity)
        given["is_elder"] = _is_elder(profile, now.astimezone(_BANK_ZONE).date())
        given["payee_listed"] = await self._listed(_PAYEE, await self._values(request, customer))
        given["customer_listed"] = await self._listed("phone", (profile.phone,))
        return given

    async def _values(self, request: ActionRequest, customer: CustomerId) -> tuple[str, ...]:
        """What a payee may be listed by: the bank's id, the name, the last four digits."""
        wanted = request.slots.get(_PAYEE)
        if not isinstance(wanted, str):
            return ()
        payees = await self.bank.payees(customer)
        named = [(p.name, p.last4) for p in payees if p.payee_id == wanted]
        return (wanted, *(value for pair in named for value in pair))

    async def _listed(self, kind: str, values: tuple[str, ...]) -> str:
        now = self.clock.now()
        found: set[str] = {
            entry.list
            for entry in self.policy.lists
            if entry.kind == kind and entry.value in values and _is_in_force(entry, now)
        }
        for value in values:
            listed = await self.store.listed(kind, value, now.astimezone(_BANK_ZONE))
            found |= {listed} if listed else set()
        return next((name for name in ("deny", "allow") if name in found), "none")


def _still() -> dict[str, JsonValue]:
    """Inputs of a change that moves no money."""
    return {
        "amount": 0,
        "payee_is_new": False,
        "payee_is_own": False,
        "is_elder": False,
        "count_1h": 0,
        "count_24h": 0,
        "new_payees_24h": 0,
        "sum_24h": 0,
        "share": 0,
    }


def _of_payment(
    facts: Facts, accounts: tuple[Account, ...], velocity: Velocity
) -> dict[str, JsonValue]:
    """What is known of the payment; what is not is left out, so that the check finds it missing."""
    known: dict[str, JsonValue] = {
        name: facts[name] for name in ("payee_is_new", "payee_is_own") if name in facts
    }
    known |= {
        "count_1h": velocity.count_1h,
        "count_24h": velocity.count_24h,
        "new_payees_24h": velocity.new_payees_24h,
    }
    try:
        amount = Money.parse(str(facts.get("amount", "")), "CNY").minor_units
    except MoneyError:
        return known
    held = sum(a.balance.minor_units for a in accounts if a.kind in _PAYING)
    known |= {"amount": amount, "sum_24h": velocity.sum_24h + amount}
    known["share"] = min(_THOUSAND, amount * _THOUSAND // held) if held else _THOUSAND
    return known


def _is_elder(profile: Profile, today: date) -> bool:
    born = profile.birth_date
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years >= _ELDER or profile.preferences.get("elder_mode") is True


def _is_in_force(entry: ListEntry, now: datetime) -> bool:
    today = now.astimezone(_BANK_ZONE).date()
    return entry.effective_from <= today and (
        entry.effective_to is None or today <= entry.effective_to
    )
