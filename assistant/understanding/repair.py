"""Repairs that words decide: what was done, what is to be corrected, what is given up."""

from __future__ import annotations

from assistant.model.commands import Command
from assistant.understanding.afterwards import read_afterwards
from assistant.understanding.another import read_another
from assistant.understanding.cancellation import read_named_cancel
from assistant.understanding.contrast import read_contrast
from assistant.understanding.correction import read_corrections
from assistant.understanding.follow_up import read_follow_up
from assistant.understanding.leaning import read_leaning_question
from assistant.understanding.lost import read_lost
from assistant.understanding.moment import Moment
from assistant.understanding.moving import read_moving
from assistant.understanding.plan_edit import read_plan_edit
from assistant.understanding.refusal import read_refusal


def read_repair(moment: Moment) -> tuple[Command, ...]:
    """The repair a message asks for, if the words alone say so.

    Which channel to go on in is no matter of any task. What was done comes next: "转错了" right
    after a transfer is about the money, not about the next task. A change of the announced list
    names a place in it. Two tasks set against each other are no values. A name beside a new value
    is a correction before it can be a cancellation.
    """
    return (
        read_moving(moment)
        or read_afterwards(moment)
        or read_plan_edit(moment)
        or read_contrast(moment)
        or read_another(moment)
        or read_corrections(moment)
        or read_named_cancel(moment)
        or read_refusal(moment)
        or read_follow_up(moment)
        or read_leaning_question(moment)
        or read_lost(moment)
    )
