"""A log with everything that evidence is about, and ways to look at it and to tamper with it."""

from sqlalchemy import text

from assistant.adapters.verification import verify
from assistant.model.assurance import Assurance
from assistant.model.events import SignedIn
from assistant.model.ids import ConversationId, CustomerId, Fingerprint
from assistant.notary.roots import Signer
from tests.contract.events import AT

C1, C2, C3 = (ConversationId(f"c{n}") for n in (1, 2, 3))
ANA = CustomerId("C1001")
SIGNER = Signer.from_hex("11" * 32)
STAMP = {"at": AT, "turn": 1, "release": Fingerprint("r1")}


def signed_in(customer=ANA):
    return SignedIn(**STAMP, customer_id=customer, level=Assurance.BOUND_CARD, signed_in_at=AT)


async def check(engine, roots, **options):
    return await verify(engine, roots, [SIGNER.public], **options)


async def run(engine, *statements):
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
