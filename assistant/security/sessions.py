"""What a sign-in is worth in a conversation that others may have used before.

A level belongs to the session that earned it. Another session of the same customer, on another
device or in another channel, brings what its own sign-in proved and inherits nothing; coming
back to an earlier session never raises a level either, or a customer could be kept at the top of
the ladder by turns of somebody else.
"""

from __future__ import annotations

from datetime import datetime

from assistant.model.assurance import Assurance
from assistant.model.message import SignIn
from assistant.model.tracker import Tracker
from assistant.security.assurance import decayed


def level_of_sign_in(
    tracker: Tracker, sign_in: SignIn, held: Assurance, now: datetime, *, moved: bool = False
) -> Assurance | None:
    """The level from now on; None when this session speaks already.

    Args:
        tracker: Before the sign-in is noted.
        sign_in: Checked to be of the conversation's own customer.
        held: Level of the conversation now, after decay.
        now: The present instant, UTC.
        moved: It came from another channel than the message before.
    """
    session = sign_in.session_id
    if session == tracker.session:
        return None
    own = decayed(sign_in.level, idle=now - sign_in.at, age=now - sign_in.at)
    if session in tracker.sessions:
        # A chat and a page have each a session of their own; neither takes the other's away, but
        # the top is proved anew.
        return min(own, max(held, Assurance.BOUND_CARD) if moved else held)
    if tracker.session is None and not moved:
        # What a visitor proved in this conversation stays proved when they sign in.
        return max(own, held)
    return own
