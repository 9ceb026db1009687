"""Every HandoffDesk passes the same tests."""

import asyncio

import pytest

from assistant.adapters.desk import SqlHandoffDesk
from assistant.adapters.memory import MemoryDesk
from assistant.model.ids import ConversationId, CustomerId, TicketId
from tests.fakes import NOON

ANA = CustomerId("C1001")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(request, clock, ids):
    if request.param == "memory":
        return MemoryDesk(clock, ids)
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return SqlHandoffDesk(request.getfixturevalue(name), clock, ids)


@pytest.fixture
def ask(desk, clock):
    async def ask(conversation_id, customer_id=ANA):
        ticket = await desk.request(
            ConversationId(conversation_id), customer_id, "customer_asked", "锁卡，两次未理解"
        )
        clock.advance(1)
        return ticket

    return ask


async def test_a_request_waits_behind_those_before_it(ask):
    first, second = await ask("c1"), await ask("c2")
    assert (first.status, first.position, first.eta_s) == ("waiting", 1, 90)
    assert (second.status, second.position, second.eta_s) == ("waiting", 2, 180)


async def test_a_ticket_keeps_what_the_colleague_needs(desk, ask):
    ticket = await ask("c1")
    assert ticket.customer_id == ANA
    assert (ticket.reason, ticket.summary) == ("customer_asked", "锁卡，两次未理解")
    assert ticket.created_at == NOON
    assert await desk.find(ticket.ticket_id) == ticket


async def test_a_visitor_can_ask_too(ask):
    assert (await ask("c1", customer_id=None)).customer_id is None


async def test_a_second_request_returns_the_open_ticket(desk, ask):
    first = await ask("c1")
    assert await ask("c1") == first
    await desk.accept(first.ticket_id, "li")
    assert (await ask("c1")).ticket_id == first.ticket_id


async def test_requests_at_the_same_time_make_one_ticket(desk):
    tickets = await asyncio.gather(
        *(desk.request(ConversationId("c1"), ANA, "customer_asked", "") for _ in range(8))
    )
    assert len({each.ticket_id for each in tickets}) == 1
    assert len(await desk.open_tickets()) == 1


async def test_after_closing_a_request_makes_a_new_ticket(desk, ask):
    first = await ask("c1")
    await desk.close(first.ticket_id)
    second = await ask("c1")
    assert second.ticket_id != first.ticket_id
    assert second.position == 1


async def test_the_queue_moves_up_when_one_is_accepted_or_closed(desk, ask):
    tickets = [await ask(each) for each in ("c1", "c2", "c3")]
    await desk.accept(tickets[0].ticket_id, "li")
    assert (await desk.find(tickets[2].ticket_id)).position == 2
    await desk.close(tickets[1].ticket_id)
    assert (await desk.find(tickets[2].ticket_id)).position == 1


async def test_only_one_colleague_gets_a_ticket(desk, ask):
    ticket = await ask("c1")
    taken = await asyncio.gather(*(desk.accept(ticket.ticket_id, f"colleague-{n}") for n in "1234"))
    winners = [each for each in taken if each]
    assert len(winners) == 1
    assert winners[0].status == "accepted"
    assert (winners[0].position, winners[0].eta_s) == (0, 0)
    assert await desk.find(ticket.ticket_id) == winners[0]


async def test_accepting_twice_gives_the_same_ticket(desk, ask):
    ticket = await ask("c1")
    assert await desk.accept(ticket.ticket_id, "li") == await desk.accept(ticket.ticket_id, "li")


async def test_a_closed_or_unknown_ticket_cannot_be_accepted(desk, ask):
    ticket = await ask("c1")
    await desk.close(ticket.ticket_id)
    assert await desk.accept(ticket.ticket_id, "li") is None
    assert await desk.accept(TicketId("nowhere"), "li") is None
    assert await desk.find(TicketId("nowhere")) is None
    await desk.close(TicketId("nowhere"))


async def test_open_tickets_are_listed_oldest_first(desk, ask):
    tickets = [await ask(each) for each in ("c1", "c2", "c3")]
    await desk.accept(tickets[1].ticket_id, "li")
    await desk.close(tickets[0].ticket_id)
    listed = await desk.open_tickets()
    assert [(each.ticket_id, each.status) for each in listed] == [
        (tickets[1].ticket_id, "accepted"),
        (tickets[2].ticket_id, "waiting"),
    ]
