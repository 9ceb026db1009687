"""Why a message was taken as it was, and why the next best reading lost: a sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.model.commands import (
    CancelFlow,
    CannotHandle,
    Clarify,
    Command,
    CorrectSlot,
    SearchKnowledge,
    SetSlot,
    StartFlow,
)
from assistant.understanding.inspect import ListedWords, Piece, Trace

_VALUES = (SetSlot, CorrectSlot)
_LISTS = {"cancel_flow": "cancel", "skip_question": "skip", "ask_outcome": "last_outcome"}
"""Commands whose list of words has another name."""


def chosen(trace: Trace) -> str:
    """Why the commands are these."""
    if not trace.commands:
        return "The button says nothing and goes on."
    if trace.by == "button":
        return "A button's payload or title: the words were not read."
    if trace.by == "rules":
        return _rule(trace, trace.commands[0])
    return _wishes(trace) if trace.is_plan else _scored(trace, trace.commands[0])


def lost(trace: Trace) -> tuple[str, ...]:
    """Why what else it might have meant was not taken."""
    if trace.scores is None:
        return ()
    if trace.by == "rules":
        return tuple(_behind_rules(trace))
    return (*_uncut(trace), *_behind(trace))


def name(command: Command) -> str:
    """The command, or the task it starts."""
    return str(command.flow) if isinstance(command, StartFlow) else command.command


def _rule(trace: Trace, command: Command) -> str:
    match command:
        case CorrectSlot():
            return f"The words correct `{command.slot}`."
        case SetSlot(slot=trace.asked):
            return f"The question for `{command.slot}` is open, and the message answers it."
        case SetSlot():
            return f"The message gives `{command.slot}` to the task under way."
        case CannotHandle(reason="unreadable"):
            return "No letter, digit or Chinese character in it."
        case CannotHandle(reason="not_a_value"):
            return "Only figures, and not a value that was asked for."
        case CancelFlow():
            return _cancelled(trace, command)
        case _:
            return _by_words(trace, _LISTS.get(command.command, command.command))


def _cancelled(trace: Trace, command: CancelFlow) -> str:
    if command.flow is not None:
        return f"The words cancel `{command.flow}` by its name."
    if command.everything:
        return "The words cancel everything."
    if command.item is not None:
        return f"The words cancel wish {command.item} of the announced list."
    return _by_words(trace, "cancel")


def _by_words(trace: Trace, listed_as: str) -> str:
    found = _listed(trace, listed_as)
    if found is None:
        return f"A rule decided `{listed_as}`."
    if found.is_whole:
        return f"The whole message stands for `{listed_as}`."
    return f"“{found.words}” is on the list `{listed_as}`, and decides wherever it occurs."


def _listed(trace: Trace, listed_as: str) -> ListedWords | None:
    return next((one for one in trace.listed if one.name == listed_as), None)


def _wishes(trace: Trace) -> str:
    read = [_scored_piece(piece) for piece in trace.pieces if piece.was_read]
    return f"The pieces are likelier several wishes than one: {'; '.join(read)}."


def _scored(trace: Trace, command: Command) -> str:
    limits = trace.limits
    intent, probability = _first(trace)
    match command:
        case Clarify():
            return (
                f"`{intent}` {probability:.2f} stays below sure {limits.sure:.2f}, and"
                f" {len(command.options)} tasks reach option {limits.option:.2f}: asked which."
            )
        case CannotHandle(reason="out_of_scope"):
            return _outside(trace)
        case CannotHandle(reason="not_supported"):
            return f"`{intent}` {probability:.2f} reaches sure, but no flow does it."
        case CannotHandle():
            return f"`{intent}` {probability:.2f} is too weak to act on: {command.reason}."
        case SearchKnowledge() if intent != "search_knowledge" or probability < limits.sure:
            return (
                f"`{intent}` {probability:.2f} decides nothing (sure {limits.sure:.2f}); a question"
                " word makes it a question for the documents."
            )
        case _:
            return _sure(trace)


def _sure(trace: Trace) -> str:
    intent, probability = _first(trace)
    if probability >= trace.limits.sure:
        return f"`{intent}` {probability:.2f} reaches sure {trace.limits.sure:.2f}."
    return f"`{intent}` {probability:.2f} is the only option above {trace.limits.option:.2f}."


def _outside(trace: Trace) -> str:
    intent, probability = _first(trace)
    if intent == "out_of_scope":
        return f"`out_of_scope` {probability:.2f} comes first."
    known = trace.scores.known if trace.scores else 0.0
    return (
        f"known {known:.2f} is below {trace.limits.known:.2f}: about nothing the bank does,"
        f" whatever `{intent}` {probability:.2f} says."
    )


def _behind_rules(trace: Trace) -> Iterator[str]:
    intent, probability = _first(trace)
    taken = name(trace.commands[0])
    if intent in {taken, _LISTS.get(taken)}:
        return
    scored = f"`{intent}` {probability:.2f}"
    if not isinstance(trace.commands[0], _VALUES):
        yield f"{scored}: a rule went first; the classifier is not asked."
    elif intent in trace.under_way:
        yield f"{scored} is the task under way; it needs no second start."
    elif probability < trace.limits.switch:
        yield f"{scored} is below switch {trace.limits.switch:.2f}: the open question stands."
    else:
        yield (
            f"{scored}: besides the value at most {trace.limits.answer_rest} characters are left,"
            " or none of them asks; the open question stands."
        )


def _uncut(trace: Trace) -> Iterator[str]:
    """Why the pieces were, or were not, carried out one by one."""
    if not trace.pieces:
        return
    if trace.is_plan:
        return
    if not any(piece.was_read for piece in trace.pieces):
        yield "Not cut: a rule went first; no piece was scored."
        return
    yield "Not cut: read as one wish the pieces are likelier than as several."


def _behind(trace: Trace) -> Iterator[str]:
    ranked = trace.scores.ranked if trace.scores else ()
    taken = {name(command) for command in trace.commands if not isinstance(command, _VALUES)}
    first, best = _first(trace)
    if trace.is_plan:
        if first not in taken or len(taken) > 1:
            yield f"As one wish it would be `{first}` {best:.2f}; the pieces say more."
        return
    options = next((set(c.options) for c in trace.commands if isinstance(c, Clarify)), set())
    behind = next(((i, p) for i, p in ranked[1:] if i not in taken and i not in options), None)
    if behind is None:
        return
    weak = f", below option {trace.limits.option:.2f}" if behind[1] < trace.limits.option else ""
    yield f"`{behind[0]}` {behind[1]:.2f} lies {best - behind[1]:.2f} behind `{first}`{weak}."


def _first(trace: Trace) -> tuple[str, float]:
    return trace.scores.ranked[0] if trace.scores else ("", 0.0)


def _scored_piece(piece: Piece) -> str:
    intent, probability = piece.scores.ranked[0]
    return f"“{piece.words}” `{intent}` {probability:.2f}"
