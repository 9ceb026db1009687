"""What customers ask about their own data: who saw it, a copy of it, its erasure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pydantic import JsonValue

from assistant.acting.context import BANK_ZONE, TurnContext
from assistant.dialogue.stack import remember
from assistant.model.events import SlotSet
from assistant.model.ids import CustomerId, SlotName
from assistant.ports import Privacy, PrivacyEntry

EXPORT_LIFE: Final = timedelta(minutes=30)
"""How long the link of an export opens it."""

_PAGE: Final = 5
_SEEN: Final = "register_seen"
_MORE: Final = SlotName("more_reads")
_WANTS_MORE: Final = SlotName("wants_more_reads")
_OWN: Final = "customer"


async def read_register(context: TurnContext) -> bool:
    """`action_read_register`: who looked at the customer's conversations, newest first, by pages.

    Fills `more_reads` with whether there are older ones.
    """
    known = _asked_by(context)
    if known is None:
        context.log.add(SlotSet, slot=_MORE, value=False, origin="action")
        context.runner.leave_step()
        return True
    customer_id, privacy = known
    reads = reads_of(await privacy.entries(customer_id))
    seen = context.log.tracker.stack[-1].context.get(_SEEN)
    first = seen if isinstance(seen, int) else 0
    page = reads[first : first + _PAGE]
    has_more = len(reads) > first + len(page)
    remember(context.log, {_SEEN: first + len(page)})
    context.log.add(SlotSet, slot=_MORE, value=has_more, origin="action")
    context.log.add(SlotSet, slot=_WANTS_MORE, value=None, origin="action")
    context.say(
        "utter_register_reads",
        {
            "reads": [_told(each) for each in page],
            "reads_count": len(reads),
            "first_read": first + 1,
            "last_read": first + len(page),
            "has_more": has_more,
        },
    )
    context.runner.leave_step()
    return True


async def prepare_export(context: TurnContext) -> bool:
    """`action_prepare_export`: a link to what is stored about the customer."""
    known = _asked_by(context)
    context.runner.leave_step()
    if known is None:
        return True
    customer_id, privacy = known
    until = context.ports.clock.now() + EXPORT_LIFE
    path = f"/v1/privacy/exports/{privacy.export_pass(customer_id, until)}"
    context.say(
        "utter_export_ready",
        {
            "export_url": path,
            "export_text_url": f"{path}?form=text",
            "export_until": f"{until.astimezone(BANK_ZONE):%H:%M}",
            "export_minutes": EXPORT_LIFE // timedelta(minutes=1),
        },
    )
    return True


async def order_erasure(context: TurnContext) -> bool:
    """`action_order_erasure`: an order to erase our own records, and what the law keeps."""
    known = _asked_by(context)
    context.runner.leave_step()
    if known is None:
        return True
    customer_id, privacy = known
    order = await privacy.order_erasure(customer_id, _OWN, "privacy_request")
    context.say(
        "utter_erasure_ordered",
        {
            "erase_due": f"{order.due.astimezone(BANK_ZONE):%Y-%m-%d %H:%M}",
            "erase_keeps": order.keeps,
            "keep_years": order.longest_years,
        },
    )
    return True


def reads_of(entries: Sequence[PrivacyEntry]) -> list[PrivacyEntry]:
    """What a customer may hear of the register, newest first.

    Looks of colleagues and their commands, and copies the customer took. Not told: holds, and what
    was taken out as evidence, because either may tell of an investigation; and housekeeping.
    """
    return [
        each
        for each in reversed(entries)
        if each.deed == "read" or (each.deed == "exported" and each.actor == _OWN)
    ]


def _asked_by(context: TurnContext) -> tuple[CustomerId, Privacy] | None:
    """Who asks, and the register; None, and said, when there is none or nobody is known."""
    customer_id, privacy = context.log.tracker.customer_id, context.ports.privacy
    if customer_id is None or privacy is None:
        context.say("utter_privacy_unavailable")
        return None
    return customer_id, privacy


def _told(entry: PrivacyEntry) -> dict[str, JsonValue]:
    """An entry as responses show it; what a colleague wrote into it is not for customers."""
    is_own = entry.actor == _OWN
    is_command = entry.actor.startswith("command:")
    return {
        "at": f"{entry.at.astimezone(BANK_ZONE):%Y-%m-%d %H:%M}",
        "role": "self" if is_own else "back_office" if is_command else "colleague",
        "who": "" if is_own or is_command else entry.actor,
        "deed": entry.deed,
        "purpose": entry.purpose,
    }
