"""Sentences that stand in where a flow has no training examples: its own name and description.

Projects that understand by a language model often have no NLU files at all. What the flow says of
itself is then the best there is; a handful of real examples is always better, and the check says
which flows have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from assistant.model.ids import FlowId
from assistant.model.release import Example
from knowledge.content_files import DEFAULTS_PREFIX
from knowledge.content_flows import FlowSource
from knowledge.content_nlu import Training

_SENTENCE: Final = re.compile(r"[.。;；\n]+")


def stand_ins(flows: Mapping[FlowId, FlowSource], training: Training) -> Iterator[Example]:
    """Examples for each flow a customer may start and no example starts."""
    intents = training.intents()
    for flow_id in without_examples(flows, intents):
        flow = flows[flow_id].flow
        texts = [*flow.name.values(), flow_id.replace("_", " "), flow.description]
        texts += _SENTENCE.split(flow.description)
        for text in dict.fromkeys(text.strip() for text in texts):
            if text:
                yield Example(flow_id, text)


def without_examples(flows: Mapping[FlowId, FlowSource], intents: set[str]) -> list[FlowId]:
    """Tasks of the pack that no training example starts."""
    found = []
    for flow_id, source in flows.items():
        flow = source.flow
        named = {trigger.intent for trigger in flow.nlu_triggers} | {flow_id}
        is_ours = source.place.file.startswith(DEFAULTS_PREFIX)
        is_never = flow.guard is not None and flow.guard.source.lower() == "false"
        is_task = not (flow.is_pattern or is_ours or is_never)
        if is_task and not named & intents:
            found.append(flow_id)
    return found
