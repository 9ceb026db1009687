"""Playing an attack against a running assistant, and writing down what anybody could see of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from pydantic import JsonValue

from evals.attacks.cases import VISITOR, Attack, Request, Step
from evals.attacks.forged import spoilt
from evals.attacks.world import Site, World, parsed

PAUSE_S: Final = 1.0
"""What passes on the clock before each step: nobody answers in no time."""
_TEXT: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back over HTTP."""

    status: int
    text: str
    media_type: str

    @property
    def json(self) -> Mapping[str, Any]:
        """The body as an object; empty when it is none."""
        value = parsed(self.text)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One step and everything that followed.

    Attributes:
        who: Token the step was sent with, `visitor` or such as `C1001/4`.
        proved: What the speaker had proved in this conversation, such as `C1001/1`; "" nothing.
        rows: New rows of the bank's journal.
        booked: New entries of customers' accounts.
        cpu_s: Processor time of this process, seconds.
    """

    step: Step
    who: str
    proved: str
    said: str
    answers: tuple[Answer, ...]
    rows: tuple[Mapping[str, Any], ...]
    booked: tuple[Mapping[str, Any], ...]
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An attack that was played.

    Attributes:
        before: What the bank knew of each customer; `after` the same at the end.
        journal: The bank's journal at the end.
    """

    attack: Attack
    exchanges: tuple[Exchange, ...]
    before: Mapping[str, JsonValue]
    after: Mapping[str, JsonValue]
    journal: tuple[Mapping[str, Any], ...]


async def play(attack: Attack, world: World) -> Played:
    """Play one attack on a site of its own."""
    async with world.open() as site:
        return await play_on(site, attack)


async def play_on(site: Site, attack: Attack) -> Played:
    """Play one attack on a running site."""
    for one in attack.planted:
        site.plant(one.table, one.column, one.value, one.customer)
    before = await site.states()
    player = _Player(site, attack.who)
    for step in attack.say:
        for _ in range(step.again):
            await player.do(step)
    await player.look_back()
    return Played(
        attack=attack,
        exchanges=tuple(player.exchanges),
        before=before,
        after=await site.states(),
        journal=tuple(await site.journal()),
    )


@dataclass(slots=True)
class _Talk:
    """One conversation of a case; `owner` opened it and may read it to the end."""

    path: str
    owner: str
    proved: str = ""


@dataclass(slots=True)
class _Player:
    """Does the steps of one case."""

    site: Site
    who: str
    talks: dict[str, _Talk] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    sent: int = 0

    async def do(self, step: Step) -> None:
        """Do one step and keep what followed."""
        self.site.clock.advance(PAUSE_S + step.wait_s)
        self.who = step.who or self.who
        self.site.model.commands, self.site.model.sentences = step.model, step.phrases
        talk = await self._talk(step)
        headers = await self._headers(self.who)
        rows, newest = len(await self.site.journal()), self.site.last_booked()
        started = time.process_time()
        answers = await self._send(step, talk, headers)
        cpu_s = time.process_time() - started
        talk.proved = step.proves or talk.proved
        self.exchanges.append(
            Exchange(
                step=step,
                who=self.who,
                proved=talk.proved,
                said=_said(step),
                answers=tuple(answers),
                rows=tuple((await self.site.journal())[rows:]),
                booked=tuple(self.site.booked(newest)),
                cpu_s=cpu_s,
            )
        )

    async def look_back(self) -> None:
        """Read every conversation once more as whoever opened it."""
        for talk in self.talks.values():
            answer = await self.site.http.get(talk.path, headers=await self._headers(talk.owner))
            self.exchanges.append(
                Exchange(
                    step=Step(request=Request(path=talk.path, expect=(200, 404))),
                    who=talk.owner,
                    proved=talk.proved,
                    said="",
                    answers=(_answer(answer),),
                    rows=(),
                    booked=(),
                    cpu_s=0.0,
                )
            )

    async def _send(self, step: Step, talk: _Talk, headers: dict[str, str]) -> list[Answer]:
        if step.request is not None:
            return [await self._request(step.request, talk, headers)]
        posts = [
            self._post(each, talk, headers) for each in (step.together if step.together else [step])
        ]
        return list(await asyncio.gather(*posts))

    async def _post(self, step: Step, talk: _Talk, headers: dict[str, str]) -> Answer:
        self.sent += 1
        said = {"button": step.button} if step.button is not None else {"text": step.words}
        body = {"message_id": step.id or f"m-{self.sent}", **said}
        answer = await self.site.http.post(f"{talk.path}/messages", json=body, headers=headers)
        return _answer(answer)

    async def _request(self, request: Request, talk: _Talk, headers: dict[str, str]) -> Answer:
        path = request.path.replace("{conversation}", talk.path)
        if request.bearer == "none":
            headers = {}
        elif request.bearer == "colleague":
            headers = await self._colleague()
        elif request.bearer != "speaker":
            token = spoilt(request.bearer, self.tokens[self.who], self.site.signing_key())
            headers = {"Authorization": f"Bearer {token}"}
        path = await self._filled(path)
        content = None if request.body is None else _body(request.body)
        headers = {**headers, **({"Content-Type": _TEXT} if content is not None else {})}
        answer = await self.site.http.request(
            request.method, path, content=content, headers=headers
        )
        return _answer(answer)

    async def _filled(self, path: str) -> str:
        """The path with the first ticket that waits in place of `{ticket}`."""
        if "{ticket}" not in path:
            return path
        queue = await self.site.http.get("/v1/staff/queue", headers=await self._colleague())
        found = parsed(queue.text)
        tickets = found.get("tickets") if isinstance(found, dict) else found
        first = tickets[0] if isinstance(tickets, list) and tickets else {}
        ticket = first.get("ticket_id") if isinstance(first, dict) else None
        return path.replace("{ticket}", str(ticket))

    async def _talk(self, step: Step) -> _Talk:
        if step.talk not in self.talks:
            body = {"locale": step.locale} if step.locale else {}
            headers = await self._headers(self.who)
            opened = await self.site.http.post("/v1/conversations", json=body, headers=headers)
            opened.raise_for_status()
            path = f"/v1/conversations/{opened.json()['conversation_id']}"
            self.talks[step.talk] = _Talk(path, self.who)
        return self.talks[step.talk]

    async def _headers(self, who: str) -> dict[str, str]:
        if who == VISITOR:
            return {}
        if who not in self.tokens:
            customer, level = who.split("/")
            body = {"customer_id": customer, "level": int(level)}
            answer = await self.site.http.post("/v1/sandbox/sign-in", json=body)
            answer.raise_for_status()
            self.tokens[who] = answer.json()["token"]
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def _colleague(self) -> dict[str, str]:
        body = {"colleague": "李静"}
        answer = await self.site.http.post("/v1/sandbox/staff-sign-in", json=body)
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['token']}"}


def _body(body: JsonValue) -> bytes:
    """A string is sent as it stands: JSON that no reader should swallow."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return json.dumps(body).encode()


def _answer(answer: httpx.Response) -> Answer:
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    return Answer(status=answer.status_code, text=answer.text, media_type=media_type)


def _said(step: Step) -> str:
    """All words of a step: what somebody said themselves is no secret to them."""
    if step.together:
        return " ".join(_said(each) for each in step.together)
    if step.request is not None:
        return f"{step.request.path} {json.dumps(step.request.body, ensure_ascii=False)}"
    return step.words or step.button or ""
