"""Approved answers (`answers/*.yml`): wording, ways to ask, what it rests on, who signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from assistant.model.approved import ApprovedAnswer, Rest
from assistant.model.ids import DocumentId
from knowledge.content_locale import localised
from knowledge.content_problems import Problems
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

_KEYS: Final = ("id", "questions", "wording", "rests_on", "maker", "checker", "approved_on")
_REST_KEYS: Final = ("document", "version", "sentence")


def read_approved(
    files: Iterable[tuple[str, Part]], problems: Problems
) -> tuple[ApprovedAnswer, ...]:
    """Read all files of approved answers."""
    reader = Reader(problems)
    found: dict[str, ApprovedAnswer] = {}
    for _, part in files:
        keys = reader.known(part, "a file of approved answers", ("answers",))
        for item in reader.elements(keys["answers"], "answers") if keys else []:
            answer = _answer(reader, item)
            if answer is not None and answer.id in found:
                reader.error(item, f'approved answer "{answer.id}" is there twice; keep one')
            elif answer is not None:
                found[answer.id] = answer
    return tuple(found.values())


def _answer(reader: Reader, part: Part) -> ApprovedAnswer | None:
    keys = reader.known(part, "an approved answer", _KEYS)
    missing = [key for key in _KEYS if key not in keys]
    if missing:
        reader.error(part, f"an approved answer needs {', '.join(missing)}")
        return None
    rests = [_rest(reader, item) for item in reader.elements(keys["rests_on"], "rests_on")]
    name = reader.name(keys["id"], "id")
    maker, checker = reader.text(keys["maker"], "maker"), reader.text(keys["checker"], "checker")
    day = reader.day(keys["approved_on"], "approved_on")
    wording = localised(reader, keys["wording"], "wording")
    questions = reader.words(keys["questions"], "a question")
    if maker is not None and maker == checker:
        reader.error(keys["checker"], "the checker has to be somebody else than the maker")
    if not rests or not questions:
        reader.error(part, "an approved answer needs a question and a sentence it rests on")
    if name is None or maker is None or checker is None or day is None or None in rests:
        return None
    return ApprovedAnswer(
        id=name,
        questions=questions,
        wording=wording,
        rests_on=tuple(one for one in rests if one is not None),
        maker=maker,
        checker=checker,
        approved_on=day,
        source=f"{part.place.file}:{part.place.line}",
    )


def _rest(reader: Reader, part: Part) -> Rest | None:
    keys = reader.known(part, "what an answer rests on", _REST_KEYS)
    document = reader.name(keys.get("document"), "document")
    version = reader.text(keys.get("version"), "version")
    sentence = reader.text(keys.get("sentence"), "sentence")
    if document is None or version is None or sentence is None:
        reader.error(part, "name document, version and sentence")
        return None
    return Rest(document=DocumentId(document), version=version, sentence=sentence.strip())
