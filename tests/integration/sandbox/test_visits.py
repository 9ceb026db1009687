"""A booked visit is given back by its customer, once, until two hours before."""

from datetime import UTC, datetime, timedelta

import pytest

VISIT = {"branch": "B0101", "starts_at": "2026-11-24T15:00", "phone": "13800001001"}


@pytest.fixture
async def booked(change):
    answer = await change("book_branch", **VISIT)
    return answer.json()["result"]["appointment_id"]


async def test_a_visit_is_given_back_once(change, state, booked):
    back = await change("cancel_visit", appointment=booked)
    assert back.json()["result"]["cancelled_starts_at"] == "2026-11-24T15:00"
    [visit] = (await state())["appointments"]
    assert (visit["record_id"], visit["status"]) == (booked, "cancelled")
    again = await change("cancel_visit", appointment=booked)
    assert (again.status_code, again.json()["code"]) == (409, "visit_not_found")


async def test_its_half_hour_can_be_booked_again(change, booked):
    assert (await change("book_branch", **VISIT)).json()["code"] == "appointment_exists"
    await change("cancel_visit", appointment=booked)
    assert (await change("book_branch", **VISIT)).is_success


async def test_less_than_two_hours_before_it_stays(bank, change, booked, clock):
    begins = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # three o'clock in China
    until = begins - timedelta(hours=2) - clock.now()
    await bank.post("/sandbox/clock", json={"advance_s": round(until.total_seconds()) + 1})
    late = await change("cancel_visit", appointment=booked)
    assert late.json()["code"] == "visit_too_close"


async def test_nobody_gives_back_somebody_elses(change, booked):
    other = await change("cancel_visit", customer_id="C1002", appointment=booked)
    assert other.json()["code"] == "visit_not_found"


async def test_visits_are_read_by_their_customer(bank, booked):
    answer = await bank.get("/customers/C1001/appointments")
    assert [each["record_id"] for each in answer.json()] == [booked]
    assert (await bank.get("/customers/C1002/appointments")).json() == []
