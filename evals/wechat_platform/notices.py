"""Template messages and subscription messages, and the events that tell how they ended.

Source: "Template messages", "Subscription notices". 43101 and 47003 as SDKs list them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.people import People, Person
from evals.wechat_platform.record import Record, Shown


@dataclass(slots=True)
class Notices:
    """Notices of one account.

    Attributes:
        templates: Fields of each template, by its id.
        endings: How the next template messages end, instead of `success`.
    """

    surface: str
    people: People
    record: Record
    templates: dict[str, list[str]]
    endings: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(200_163_836))

    def template(self, asked: dict[str, Any]) -> tuple[dict[str, Any], Person, str]:
        """`/cgi-bin/message/template/send`: the answer, whom to, and how it will end."""
        person, text = self._read(asked)
        ending = self.endings.pop(0) if self.endings else "success"
        number = next(self._numbers)
        if ending == "success":
            self._show(person, text, "template", number)
        return {"errcode": 0, "errmsg": "ok", "msgid": number}, person, ending

    def subscription(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`/cgi-bin/message/subscribe/bizsend`."""
        person, text = self._read(asked)
        template = str(asked.get("template_id"))
        if person.accepted.get(template, 0) < 1:
            raise ApiError(43101, "user refuse to accept the msg")
        person.accepted[template] -= 1
        self._show(person, text, "subscription", next(self._numbers))
        return {"errcode": 0, "errmsg": "ok"}

    def _read(self, asked: dict[str, Any]) -> tuple[Person, str]:
        person = self.people.find(self.surface, str(asked.get("touser", "")))
        if person is None or not person.follows:
            raise ApiError(43004, "require subscribe")
        fields = self.templates.get(str(asked.get("template_id")))
        if fields is None:
            raise ApiError(40037, "invalid template_id")
        data = asked.get("data")
        if not isinstance(data, dict) or set(data) != set(fields):
            raise ApiError(47003, "argument invalid")
        found = [value.get("value") for value in data.values() if isinstance(value, dict)]
        values = [each for each in found if isinstance(each, str)]
        if len(values) != len(fields):
            raise ApiError(47003, "argument invalid")
        return person, "\n".join(values)

    def _show(self, person: Person, text: str, via: str, number: int) -> None:
        self.record.show(
            Shown(surface=self.surface, openid=person.openid, text=text, via=via, name=str(number))
        )
