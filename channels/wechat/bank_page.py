"""The bank's own pages behind links in a chat, as HTML: every word is content, nothing runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from assistant.model.message import Button, Locale
from channels.rendering import Words

CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
REFERRER: Final = "same-origin"
"""Nobody else learns where one came from, and forms still say that they are this site's own: with
`no-referrer` a browser sends `Origin: null`."""
STYLE: Final = """
body { margin: 0 auto; max-width: 40rem; padding: 1.25rem; line-height: 1.6;
  font: 1.125rem system-ui, sans-serif; color: #1b1f24; background: #fff; }
h1 { font-size: 1.375rem; }
p { white-space: pre-line; }
form { margin: 1.25rem 0; display: grid; gap: 0.75rem; }
input, select, button { font: inherit; min-height: 3rem; padding: 0.5rem 0.75rem;
  border: 1px solid #59636e; border-radius: 0.5rem; }
button { background: #0b57a4; color: #fff; border-color: #0b57a4; }
label { display: grid; gap: 0.25rem; }
.row { display: flex; gap: 0.5rem; align-items: start; }
.row input { min-height: 1.5rem; min-width: 1.5rem; }
.note { color: #59636e; font-size: 1rem; }
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has.

    Attributes:
        proof: Of the browser, in each form.
    """

    words: Words
    locale: Locale
    proof: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as far as it has come.

    Attributes:
        said: What was said last, oldest first.
        wants_code: Whether a secret is asked for.
        is_open: Whether anything is asked at all.
    """

    said: Sequence[str]
    buttons: Sequence[Button] = field(default_factory=tuple)
    wants_code: bool = False
    is_open: bool = False


def message_page(frame: Frame, key: str) -> str:
    """A page with one message."""
    return _page(frame, f"<p>{escape(frame.words(key))}</p>")


def bind_page(frame: Frame, people: Sequence[tuple[str, str]], login_url: str) -> str:
    """Bank login and consent.

    Args:
        frame: What every page has.
        people: Id and name of sample customers, with the sandbox only.
        login_url: The bank's own login; "" with the sandbox.
    """
    words = frame.words
    intro = f"<p>{escape(words('utter_page_bind_intro'))}</p>"
    if login_url:
        title = escape(words("utter_page_login"))
        return _page(frame, f'{intro}<p><a href="{escape(login_url)}">{title}</a></p>')
    options = "".join(
        f'<option value="{escape(customer_id)}">{escape(name)}</option>'
        for customer_id, name in people
    )
    person = (
        f"<label>{escape(words('utter_page_sample_customer'))}"
        f'<select name="customer_id">{options}</select></label>'
    )
    return _page(frame, f"{intro}{_form(frame, '/wechat/bound', person + _consent(frame))}")


def consent_page(frame: Frame, token: str) -> str:
    """Consent, after the bank's own login brought its token."""
    hidden = f'<input type="hidden" name="token" value="{escape(token)}" />'
    intro = f"<p>{escape(frame.words('utter_page_bind_intro'))}</p>"
    return _page(frame, intro + _form(frame, "/wechat/bound", hidden + _consent(frame)))


def task_page(frame: Frame, view: TaskView) -> str:
    """A task to go on with."""
    words = frame.words
    body = "".join(f"<p>{escape(text)}</p>" for text in view.said)
    if view.wants_code:
        field_html = (
            f"<label>{escape(words('utter_page_code'))}"
            '<input name="text" inputmode="numeric" autocomplete="one-time-code" required '
            'maxlength="32" /></label>'
        )
        send = f"<button>{escape(words('utter_page_send'))}</button>"
        body += _form(frame, "/wechat/task", field_html + send)
    for button in view.buttons:
        hidden = f'<input type="hidden" name="button" value="{escape(button.payload)}" />'
        body += _form(frame, "/wechat/task", f"{hidden}<button>{escape(button.title)}</button>")
    if not view.is_open:
        body += f'<p class="note">{escape(words("utter_page_back_to_chat"))}</p>'
    return _page(frame, body)


def _consent(frame: Frame) -> str:
    words = frame.words
    return (
        '<label class="row"><input type="checkbox" name="consent" value="yes" required />'
        f"<span>{escape(words('utter_page_consent'))}</span></label>"
        f"<button>{escape(words('utter_page_bind'))}</button>"
    )


def _form(frame: Frame, action: str, inside: str) -> str:
    proof = f'<input type="hidden" name="proof" value="{frame.proof}" />'
    return f'<form method="post" action="{action}">{proof}{inside}</form>'


def _page(frame: Frame, body: str) -> str:
    title = escape(frame.words("utter_page_title"))
    return (
        f'<!doctype html>\n<html lang="{frame.locale}">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f'<meta name="referrer" content="{REFERRER}" />\n<meta name="robots" content="noindex" />\n'
        f"<title>{title}</title>\n"
        '<link rel="stylesheet" href="/wechat/page.css" />\n</head>\n<body>\n<main>\n'
        f"<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
