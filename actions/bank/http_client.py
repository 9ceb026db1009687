"""The core bank over HTTP.

What an error means depends on what had happened by then. Nothing was sent: the bank is
unavailable, and trying again is safe. A change was sent and not clearly answered: its
outcome is unknown. Only a problem document with a code is taken as the bank's own refusal; any
other answer may come from something between us and the bank, which cannot know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import quote

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from actions.bank.breaker import Breaker
from actions.bank.history import TransactionPage, TransactionQuery
from actions.bank.port import (
    Account,
    Card,
    CodeCheck,
    CodeSent,
    Holding,
    Loan,
    OperationResult,
    Order,
    Payee,
    Profile,
)
from actions.bank.reading import as_object, parsed
from actions.bank.services import Branch, DataAccess, HouseholdBill, InstalmentOffer, TransferTerms
from assistant.errors import BankOutcomeUnknown, BankRefused, BankUnavailable
from assistant.model.ids import (
    ActionName,
    ConversationId,
    CustomerId,
    IdempotencyKey,
    ReceiptId,
    ResponseKey,
)
from assistant.model.money import Money

_CONNECT_S: Final = 2
_KEEP_ALIVE_S: Final = 3
"""Shorter than the 5 s after which common servers close an idle connection, so that a change
is not sent into a connection that is being closed."""

_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNWATCHED: Final[nullcontext[None]] = nullcontext()
_STATUS_PATH: Final = "/operations/status"
_TEXT: Final = TypeAdapter(str)
_PROFILE: Final = TypeAdapter(Profile)
_ACCOUNTS: Final = TypeAdapter(tuple[Account, ...])
_CARDS: Final = TypeAdapter(tuple[Card, ...])
_ORDERS: Final = TypeAdapter(tuple[Order, ...])
_ORDER: Final = TypeAdapter(Order)
_BILLS: Final = TypeAdapter(tuple[HouseholdBill, ...])
_BILL: Final = TypeAdapter(HouseholdBill)
_TEXTS: Final = TypeAdapter(tuple[str, ...])
_OPTIONAL_TEXT: Final[TypeAdapter[str | None]] = TypeAdapter(str | None)
_OFFER: Final = TypeAdapter(InstalmentOffer)
_TERMS: Final = TypeAdapter(TransferTerms)
_BRANCHES: Final = TypeAdapter(tuple[Branch, ...])
_ACCESSES: Final = TypeAdapter(tuple[DataAccess, ...])
_PAYEES: Final = TypeAdapter(tuple[Payee, ...])
_HOLDINGS: Final = TypeAdapter(tuple[Holding, ...])
_LOANS: Final = TypeAdapter(tuple[Loan, ...])
_MONEY: Final = TypeAdapter(Money)
_PAGE: Final = TypeAdapter(TransactionPage)
_RESULT: Final = TypeAdapter(OperationResult)
_CODE_SENT: Final = TypeAdapter(CodeSent)
_CODE_CHECK: Final = TypeAdapter(CodeCheck)


class _Unreadable(Exception):  # noqa: N818 - internal, always turned into a Bank error
    """The answer is not what the bank's API promises."""


def bank_client() -> httpx.AsyncClient:
    """A client with connection settings that suit a bank; the caller closes it."""
    limits = httpx.Limits(max_connections=200, keepalive_expiry=_KEEP_ALIVE_S)
    # The bank is an inner address: a proxy of the environment is not for it.
    return httpx.AsyncClient(limits=limits, trust_env=False)


@dataclass(frozen=True, slots=True)
class HttpBank:
    """Implements BankApi.

    Attributes:
        base_url: Where the bank is, without a path: "http://127.0.0.1:8100".
        timeout_s: Longest a whole call may take, from connecting to the last byte.
        client: Shared by all calls; its owner closes it.
        breaker: Shared by all calls; None lets every call through.
    """

    base_url: str
    timeout_s: float
    client: httpx.AsyncClient
    breaker: Breaker | None = None

    async def customer_by_phone(self, phone: str) -> CustomerId | None:
        """See the port."""
        try:
            found = await self._read("GET", "/customers", params={"phone": phone})
        except BankRefused as refusal:
            if refusal.reason == _reason("customer_not_found"):
                return None
            raise
        return CustomerId(parsed(_TEXT, as_object(found).get("customer_id")))

    async def profile(self, customer_id: CustomerId) -> Profile:
        """See the port."""
        return parsed(_PROFILE, await self._of(customer_id, "profile"))

    async def accounts(self, customer_id: CustomerId) -> tuple[Account, ...]:
        """See the port."""
        return parsed(_ACCOUNTS, await self._of(customer_id, "accounts"))

    async def cards(self, customer_id: CustomerId) -> tuple[Card, ...]:
        """See the port."""
        return parsed(_CARDS, await self._of(customer_id, "cards"))

    async def replacement_fee(self, customer_id: CustomerId, card: str, reason: str) -> Money:
        """See the port."""
        path = f"/customers/{quote(customer_id, safe='')}/replacement-fee"
        answer = await self._read("GET", path, params={"card": card, "reason": reason})
        return parsed(_MONEY, as_object(answer).get("fee"))

    async def orders(self, customer_id: CustomerId) -> tuple[Order, ...]:
        """See the port."""
        return parsed(_ORDERS, await self._of(customer_id, "orders"))

    async def visits(self, customer_id: CustomerId) -> tuple[Order, ...]:
        """See the port."""
        return parsed(_ORDERS, await self._of(customer_id, "appointments"))

    async def record(self, record_id: str) -> Order | None:
        """See the port."""
        path = f"/records/{quote(record_id, safe='')}"
        found = await self._read_if_there(path, "record_not_found")
        return None if found is None else parsed(_ORDER, found)

    async def household_bills(self, customer_id: CustomerId) -> tuple[HouseholdBill, ...]:
        """See the port."""
        return parsed(_BILLS, await self._of(customer_id, "bills"))

    async def household_bill(self, kind: str, number: str) -> HouseholdBill | None:
        """See the port."""
        path = f"/bills/{quote(kind, safe='')}/{quote(number, safe='')}"
        found = await self._read_if_there(path, "bill_not_found")
        return None if found is None else parsed(_BILL, found)

    async def counterparties(self, customer_id: CustomerId) -> tuple[str, ...]:
        """See the port."""
        return parsed(_TEXTS, await self._of(customer_id, "counterparties"))

    async def instalment_offer(self, amount: Money, term: int) -> InstalmentOffer:
        """See the port."""
        params = {"amount": amount.plain(), "term": str(term)}
        return parsed(_OFFER, await self._read("GET", "/instalment-offers", params=params))

    async def card_obstacle(self, customer_id: CustomerId, product: str) -> str | None:
        """See the port."""
        answer = await self._of(customer_id, f"card-offers/{quote(product, safe='')}")
        return parsed(_OPTIONAL_TEXT, as_object(answer).get("obstacle"))

    async def branches(self) -> tuple[Branch, ...]:
        """See the port."""
        return parsed(_BRANCHES, await self._read("GET", "/branches"))

    async def data_accesses(self, customer_id: CustomerId) -> tuple[DataAccess, ...]:
        """See the port."""
        return parsed(_ACCESSES, await self._of(customer_id, "accesses"))

    async def transfer_terms(self, customer_id: CustomerId, amount: Money) -> TransferTerms:
        """See the port."""
        path = f"/customers/{quote(customer_id, safe='')}/transfer-terms"
        return parsed(_TERMS, await self._read("GET", path, params={"amount": amount.plain()}))

    async def payees(self, customer_id: CustomerId) -> tuple[Payee, ...]:
        """See the port."""
        return parsed(_PAYEES, await self._of(customer_id, "payees"))

    async def holdings(self, customer_id: CustomerId) -> tuple[Holding, ...]:
        """See the port."""
        return parsed(_HOLDINGS, await self._of(customer_id, "holdings"))

    async def loans(self, customer_id: CustomerId) -> tuple[Loan, ...]:
        """See the port."""
        return parsed(_LOANS, await self._of(customer_id, "loans"))

    async def transactions(
        self, customer_id: CustomerId, query: TransactionQuery
    ) -> TransactionPage:
        """See the port."""
        path = f"/customers/{quote(customer_id, safe='')}/transactions"
        return parsed(_PAGE, await self._read("GET", path, params=_parameters(query)))

    async def operation(
        self,
        name: ActionName,
        customer_id: CustomerId | None,
        arguments: Mapping[str, JsonValue],
        key: IdempotencyKey,
    ) -> OperationResult:
        """See the port."""
        path = f"/operations/{quote(name, safe='')}"
        body = {name: value for name, value in arguments.items() if name != "customer_id"}
        if customer_id is not None:
            body["customer_id"] = customer_id
        try:
            headers = {"Idempotency-Key": key}
            response = await self._send("POST", path, json=body, headers=headers, what=name)
            return _operation_result(_answer(response))
        except (httpx.TransportError, TimeoutError, _Unreadable) as error:
            msg = f"No answer to `{name}`; it may have happened."
            raise BankOutcomeUnknown(msg) from error

    async def operation_status(self, key: IdempotencyKey) -> OperationResult | None:
        """See the port."""
        try:
            found = as_object(await self._read("GET", _STATUS_PATH, params={"key": key}))
        except BankRefused as refusal:
            if refusal.reason == _reason("operation_not_found"):
                return None
            # Any other problem says nothing about the change: a 401 must not read as a refusal.
            raise _unavailable(_STATUS_PATH) from refusal
        if found.get("state") == "refused":
            raise BankRefused(_reason(str(found.get("code"))))
        try:
            return _operation_result(found)
        except _Unreadable as error:
            raise _unavailable(_STATUS_PATH) from error

    async def send_code(
        self, phone: str, purpose: str, conversation_id: ConversationId
    ) -> CodeSent:
        """See the port."""
        body = {"phone": phone, "purpose": purpose, "conversation_id": conversation_id}
        return parsed(_CODE_SENT, await self._read("POST", "/codes", json=body))

    async def check_code(self, code_id: str, code: str, purpose: str) -> CodeCheck:
        """See the port."""
        path = f"/codes/{quote(code_id, safe='')}/verify"
        body = {"code": code, "purpose": purpose}
        return parsed(_CODE_CHECK, await self._read("POST", path, json=body))

    async def match_identity(
        self, factors: Mapping[str, str], customer_id: CustomerId | None
    ) -> CustomerId | None:
        """See the port."""
        body = {**factors, "customer_id": customer_id}
        matched = as_object(await self._read("POST", "/identity/match", json=body))
        found = matched.get("customer_id")
        return CustomerId(str(found)) if matched.get("matched") is True and found else None

    async def _of(self, customer_id: CustomerId, what: str) -> JsonValue:
        path = f"/customers/{quote(customer_id, safe='')}/{what}"
        return await self._read("GET", path, what=what)

    async def _read_if_there(self, path: str, missing: str) -> JsonValue:
        """A read whose answer may be that there is no such thing: None then."""
        try:
            return await self._read("GET", path)
        except BankRefused as refusal:
            if refusal.reason == _reason(missing):
                return None
            raise

    async def _read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, JsonValue] | None = None,
        what: str = "",
    ) -> JsonValue:
        """A call without effect on money or data: every failure means unavailable."""
        try:
            return _answer(await self._send(method, path, params=params, json=json, what=what))
        except (httpx.TransportError, TimeoutError, _Unreadable) as error:
            raise _unavailable(path) from error

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, JsonValue] | None = None,
        headers: Mapping[str, str] | None = None,
        what: str = "",
    ) -> httpx.Response:
        """One call within the time allowed.

        Raises:
            BankUnavailable: The connection could not be made, or the bank failed so often lately
                that it is left alone for a while; nothing was sent.
            httpx.TransportError: It broke later.
            TimeoutError: The time ran out, perhaps while sending.
        """
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_S))
        watched = self.breaker.attempt(what) if self.breaker else _UNWATCHED
        try:
            with watched as attempt:
                async with asyncio.timeout(self.timeout_s):
                    response = await self.client.request(
                        method,
                        self.base_url.rstrip("/") + path,
                        params=dict(params) if params else None,
                        json=dict(json) if json is not None else None,
                        headers=dict(headers) if headers else None,
                        timeout=timeout,
                        follow_redirects=False,
                    )
                if attempt is not None:
                    attempt.answered = not response.is_server_error
                return response
        except _NOT_SENT as error:
            msg = "The bank could not be reached; nothing was sent."
            raise BankUnavailable(msg) from error


def _answer(response: httpx.Response) -> JsonValue:
    """The body of a good answer.

    Raises:
        BankRefused: The bank itself says no, with a code.
        _Unreadable: Anything else.
    """
    body = _json(response)
    if response.is_success:
        return body
    if response.is_client_error and isinstance(body, dict) and isinstance(body.get("code"), str):
        if response.status_code == HTTPStatus.REQUEST_TIMEOUT:
            raise _Unreadable
        raise BankRefused(_reason(str(body["code"])))
    raise _Unreadable


def _json(response: httpx.Response) -> JsonValue:
    try:
        return cast("JsonValue", response.json())
    except ValueError as error:
        raise _Unreadable from error


def _operation_result(body: JsonValue) -> OperationResult:
    if not isinstance(body, dict):
        raise _Unreadable
    try:
        return _RESULT.validate_python(
            {
                "operation": body.get("operation"),
                "reference": ReceiptId(str(body["reference"])),
                "at": body.get("at"),
                "result": body.get("result"),
                "is_sandbox": body.get("sandbox", False),
            }
        )
    except (ValidationError, KeyError):
        raise _Unreadable from None


def _parameters(query: TransactionQuery) -> dict[str, str]:
    wanted = {
        "from": query.first_day.isoformat() if query.first_day else None,
        "to": query.last_day.isoformat() if query.last_day else None,
        "account_id": query.account_id,
        "entry_id": query.entry_id,
        "category": query.category,
        "counterparty": query.counterparty,
        "q": query.text,
        "min_amount": query.min_amount.plain() if query.min_amount else None,
        "max_amount": query.max_amount.plain() if query.max_amount else None,
        "direction": query.direction,
        "limit": str(query.limit),
        "offset": str(query.offset),
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _reason(code: str) -> ResponseKey:
    return ResponseKey(f"reason_{code}")


def _unavailable(path: str) -> BankUnavailable:
    # The path is left out beyond its first part: the rest may hold personal ids.
    area = path.split("/")[1]
    return BankUnavailable(f"The bank did not answer `{area}`.")
