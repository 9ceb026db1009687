"""A server of OpenAI's protocol that answers as the test says; answers have the recorded shape."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

USAGE = {"prompt_tokens": 812, "completion_tokens": 31, "total_tokens": 843}


def message(arguments=None, content=None, function_name="propose_commands"):
    """A completion: a call of the offered function, or prose."""
    said = {"role": "assistant", "content": content, "refusal": None}
    if arguments is not None:
        function = {"name": function_name, "arguments": arguments}
        said["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795324237,
        "model": "qwen-plus",
        "choices": [
            {
                "index": 0,
                "message": said,
                "finish_reason": "tool_calls" if arguments is not None else "stop",
                "logprobs": None,
            }
        ],
        "usage": USAGE,
    }


def proposing(*commands):
    """A completion that proposes these commands."""
    return message(json.dumps({"commands": list(commands)}, ensure_ascii=False))


def phrasing(*sentences):
    """A completion that phrases cited sentences: (number, text) each."""
    items = [{"source": number, "text": text} for number, text in sentences]
    written = json.dumps({"sentences": items}, ensure_ascii=False)
    return message(written, function_name="phrase_answer")


@dataclass
class ModelServer:
    """What it was asked, and what it answers next.

    Attributes:
        answer: A completion, or a status code.
        delay_s: Time it takes.
    """

    answer: dict | int = field(default_factory=lambda: proposing({"command": "chitchat"}))
    delay_s: float = 0.0
    requests: list[dict] = field(default_factory=list)

    def reset(self):
        self.answer, self.delay_s = message(content=""), 0.0
        self.requests.clear()

    @property
    def app(self):
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request):
        self.requests.append(await request.json())
        await asyncio.sleep(self.delay_s)
        if isinstance(self.answer, int):
            return JSONResponse({"error": {"message": "no"}}, status_code=self.answer)
        return JSONResponse(self.answer)
