"""A customer who talks to the assistant over HTTP, wherever it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

MUM = "给妈妈转50块"
"""A payee used before and less than 1,000 yuan: no code is asked for at level 4."""

AFFIRM = "/affirm"


@dataclass
class Customer:
    """One conversation of a signed-in customer."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    conversation_id: str
    numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.conversation_id}"

    async def say(self, text: str, message_id: str | None = None) -> dict[str, Any]:
        return await self._post({"text": text}, message_id)

    async def press(self, payload: str, message_id: str | None = None) -> dict[str, Any]:
        return await self._post({"button": payload}, message_id)

    async def _post(self, body: dict[str, str], message_id: str | None) -> dict[str, Any]:
        message = {"message_id": message_id or f"m-{next(self.numbers)}", **body}
        answer = await self.http.post(f"{self.path}/messages", json=message, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def frames(self) -> list[dict[str, Any]]:
        answer = await self.http.get(self.path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        timeline = answer.json()
        assert [f["seq"] for f in timeline["frames"]] == list(range(1, timeline["head_seq"] + 1))
        return timeline["frames"]

    async def said(self) -> list[str]:
        """Message ids of the customer's own words, as the timeline has them."""
        return [frame["body"]["cmid"] for frame in await self.frames() if "cmid" in frame["body"]]

    async def outcomes(self, action: str = "transfer_money") -> list[str]:
        """How the action ended, each time the timeline says it."""
        return outcomes([frame["body"] for frame in await self.frames()], action)

    async def response_keys(self) -> list[str]:
        bodies = [frame["body"] for frame in await self.frames() if frame["type"] == "message"]
        return [body["response_key"] for body in bodies if body["role"] == "assistant"]


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Look again and again; for what other processes and background tasks do."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - nobody there could set an event of ours
            await asyncio.sleep(0.02)


def outcomes(events: list[dict[str, Any]], action: str = "transfer_money") -> list[str]:
    return [
        event["outcome"]
        for event in events
        if event.get("type") == "action_executed" and event["action"] == action
    ]


def keys(turn: dict[str, Any]) -> list[str]:
    return [reply["response_key"] for reply in turn["replies"]]


async def sign_in(
    http: httpx.AsyncClient, customer_id: str = "C1001", level: int = 4
) -> dict[str, str]:
    body = {"customer_id": customer_id, "level": level}
    answer = await http.post("/v1/sandbox/sign-in", json=body)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def enter(http: httpx.AsyncClient, customer_id: str = "C1001", level: int = 4) -> Customer:
    """Sign in and open a conversation."""
    headers = await sign_in(http, customer_id, level)
    answer = await http.post("/v1/conversations", headers=headers)
    assert answer.status_code == 201, answer.text
    return Customer(http, headers, answer.json()["conversation_id"])


async def journal(bank: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Each effect the bank's own books hold."""
    return (await bank.get("/sandbox/journal")).json()["entries"]


async def balance(bank: httpx.AsyncClient, last4: str = "6688", customer: str = "C1001") -> str:
    accounts = (await bank.get(f"/customers/{customer}")).json()["accounts"]
    return next(one["balance"]["amount"] for one in accounts if one["last4"] == last4)


async def plan_fault(bank: httpx.AsyncClient, operation: str, kind: str, **more: Any) -> None:
    body = {"operation": operation, "kind": kind, **more}
    answer = await bank.post("/sandbox/faults", json=body)
    assert answer.status_code == 201, answer.text
