"""Every store of stream tickets gives each one out once and takes it back once."""

import asyncio

import pytest

from assistant.model.assurance import Assurance
from channels.web.stream_tickets import MemoryTickets, RedisTickets
from channels.web.tokens import Bearer


@pytest.fixture(params=["memory", "redis"])
def tickets(request, clock):
    if request.param == "memory":
        return MemoryTickets(clock)
    return RedisTickets(request.getfixturevalue("redis"), clock)


@pytest.fixture
def bearer(clock):
    return Bearer(
        subject="C1001",
        role="customer",
        level=Assurance.BOUND_CARD,
        name="林晓",
        signed_in_at=clock.now(),
        expires_at=clock.now(),
    )


async def test_a_ticket_brings_its_bearer_back_once(tickets, bearer):
    ticket, _ = await tickets.issue(bearer)
    assert await tickets.redeem(ticket) == (True, bearer)
    assert await tickets.redeem(ticket) == (False, None)


async def test_a_visitors_ticket_is_good_for_nobody_in_particular(tickets):
    ticket, _ = await tickets.issue(None)
    assert await tickets.redeem(ticket) == (True, None)


async def test_a_ticket_ends_after_a_minute(tickets, bearer, clock):
    ticket, expires_at = await tickets.issue(bearer)
    clock.advance(59)
    other, _ = await tickets.issue(bearer)
    clock.advance(1)
    assert expires_at == clock.now()
    assert await tickets.redeem(ticket) == (False, None)
    assert await tickets.redeem(other) == (True, bearer)


async def test_one_of_many_who_redeem_at_once_gets_in(tickets, bearer):
    ticket, _ = await tickets.issue(bearer)
    answers = await asyncio.gather(*(tickets.redeem(ticket) for _ in range(10)))
    assert sum(good for good, _ in answers) == 1


async def test_an_invented_ticket_is_good_for_nothing(tickets):
    assert await tickets.redeem("invented") == (False, None)
