"""Signing in as a sample customer or colleague: only with the sandbox on."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from assistant.model.ids import CustomerId
from channels.web.bodies import (
    ColleagueSignedIn,
    SampleColleague,
    SampleCustomer,
    SampleSignIn,
    SignedInAs,
)
from channels.web.directory import SAMPLE_CUSTOMERS
from channels.web.http import BANK_ZONE
from channels.web.problems import Problem, documented
from channels.web.state import LIMITED, SANDBOX_ONLY, CurrentWeb

router = APIRouter(
    prefix="/v1/sandbox",
    tags=["sandbox"],
    dependencies=[SANDBOX_ONLY],
    responses=documented(404, 422),
)


@router.get("/customers")
async def sample_customers(web: CurrentWeb) -> list[SampleCustomer]:
    """Customers to sign in as."""
    today = web.service.clock.now().astimezone(BANK_ZONE).date()
    return [
        SampleCustomer(
            customer_id=person.customer_id, name=person.name, who=person.described(today)
        )
        for person in await web.directory.find_all(SAMPLE_CUSTOMERS)
    ]


@router.post("/sign-in", dependencies=[LIMITED])
async def sign_in(body: SampleSignIn, web: CurrentWeb) -> SignedInAs:
    """Sign in as any customer the sandbox bank has, at any level."""
    person = await web.directory.find(CustomerId(body.customer_id))
    if person is None:
        raise Problem(HTTPStatus.NOT_FOUND, "customer.not_found", "There is no such customer.")
    token = web.tokens.issue(
        person.customer_id, role="customer", level=body.level, name=person.name
    )
    return SignedInAs(token=token, level=body.level)


@router.post("/staff-sign-in", dependencies=[LIMITED])
async def staff_sign_in(body: SampleColleague, web: CurrentWeb) -> ColleagueSignedIn:
    """Sign in as a colleague of the sample bank."""
    token = web.tokens.issue(body.colleague, role="colleague", level=0, name=body.colleague)
    return ColleagueSignedIn(token=token)
