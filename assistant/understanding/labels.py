"""What each intent is called: the names and the description of its task, learnt like examples."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.model.release import Release
from assistant.understanding.payloads import flow_for_intent


def label_texts(release: Release) -> Mapping[str, tuple[str, ...]]:
    """Intent to names in every locale and description; intents without a task are left out."""
    flows = {each.intent: flow_for_intent(each.intent, release) for each in release.examples}
    return {
        intent: tuple(dict.fromkeys([*flow.name.values(), flow.description]))
        for intent, flow in flows.items()
        if flow is not None
    }


def trained_texts(release: Release) -> tuple[str, ...]:
    """Every text the classifier is trained on, examples first, not yet normalised."""
    labels = [text for texts in label_texts(release).values() for text in texts]
    return (*(example.text for example in release.examples), *labels)
