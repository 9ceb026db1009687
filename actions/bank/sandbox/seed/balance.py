"""Makes an account's history end at a given balance without ever falling below a floor.

Walks backward from the final balance. Where the balance before a movement would leave the
band, a transfer is inserted right behind that movement: the customer moved savings out, or
topped the account up. Whatever balance comes first is the opening balance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.bank.sandbox.seed.movement import FOLLOW_S, Movement

Transfer = Callable[[datetime, int], Movement]
"""Makes a movement of that many fen at that instant."""


@dataclass(frozen=True, slots=True)
class Band:
    """How much an account holds, and where the rest comes from or goes.

    Attributes:
        floor_fen: Never less than this.
        high_fen: More than this is avoided.
        lot_fen: Inserted amounts are multiples of this.
        move_in: Tops the account up.
        move_out: Takes savings out.
    """

    floor_fen: int
    high_fen: int
    lot_fen: int
    move_in: Transfer
    move_out: Transfer


def settle(
    account_id: str, movements: Sequence[Movement], final_fen: int, band: Band
) -> tuple[int, list[Movement]]:
    """Find the opening balance and the transfers that make the history fit.

    Args:
        account_id: Account to settle.
        movements: Everything that touches it, in time order.
        final_fen: Balance after the last movement; not below the floor.
        band: Limits.

    Returns:
        The opening balance, and the inserted movements in no particular order.
    """
    balance = final_fen
    inserted: list[Movement] = []
    for movement in reversed(movements):
        effect = movement.effect_on(account_id)
        before = balance - effect
        behind = movement.at + timedelta(seconds=FOLLOW_S)
        if before < band.floor_fen:
            amount = -((before - band.floor_fen) // band.lot_fen) * band.lot_fen
            inserted.append(band.move_out(behind, amount))
            before += amount
        elif before > band.high_fen:
            spare = min(before - band.high_fen, balance - band.floor_fen)
            amount = spare // band.lot_fen * band.lot_fen
            if amount > 0:
                inserted.append(band.move_in(behind, amount))
                before -= amount
        balance = before
    return balance, inserted
