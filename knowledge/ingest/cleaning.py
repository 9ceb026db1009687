"""What a document must not carry: text nobody sees, and words meant for a machine.

Documents are quoted, never obeyed; still, a sentence written to steer a model has no place
in an answer. Both are taken out and reported. Lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from knowledge.ingest.notices import Notice, notice
from knowledge.ingest.unseen import unseen

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]+"
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK_COMMENT: Final = re.compile(r"^\[[^\]\n]*\]:[ ]*#[ ]*[(\"'].*$", re.MULTILINE)
_OVERRIDDEN: Final = re.compile("[\u202d\u202e][^\u202c\n]*\u202c?")
"""Words in an order that is not the one they are shown in: whoever reads sees other words."""

_ACTIVE_TAG: Final = re.compile(
    r"</?(?:img|iframe|object|embed|svg|video|audio)\b[^<>]*>",
    re.IGNORECASE,
)
"""Elements that load or send something: a bank's document that is quoted needs none of them."""

_INSTRUCTION: Final = re.compile(
    "|".join(
        (
            r"(?:忽略|无视|無視|忘记|忘記|忘掉|抛开|不要(?:理会|遵守)|覆盖)(?:掉)?[^。！？\n]{0,6}"
            r"(?:以上|上述|之前|前面|先前|此前|所有|一切|系统|全部|原有)[^。！？\n]{0,10}"
            r"(?:指令|指示|提示|规则|規則|设定|設定|要求|命令|限制|对话|内容)",
            r"(?:系统|系統|开发者)(?:提示词?|指令)\s*[:：]",
            r"^\s*(?:系统|系統|system|assistant)\s*[:：][^。！？\n]{0,30}"
            r"(?:已确认|已確認|执行|執行|输出|輸出|调用|調用|affirm)",
            r"(?:从现在起|从现在开始|现在)，?(?:你|您)(?:是|要|将|必须|就是|扮演)[^。！？\n]{0,20}"
            r"(?:助手|机器人|模型|管理员|ai\b|角色)",
            r"(?:作为|身为)(?:一个|一名)?(?:ai|人工智能|语言模型|智能助手|大模型)[^。！？\n]{0,8}(?:你|您)",
            r"(?:如果|若)?(?:你是|读到这里的)(?:一个|任何)?(?:ai|人工智能|语言模型|大模型|机器人)",
            r"(?:泄露|输出|打印|复述|透露)[^。！？\n]{0,4}(?:系统)?(?:提示词|系统提示|系统指令)",
            r"(?:不要|别)(?:告诉|让)(?:客户|用户)[^。！？\n]{0,12}(?:知道|这段|本段|此)",
            r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,24}"
            r"\b(?:previous|prior|above|earlier|preceding|system|existing|all|any|your)\b[^.!?\n]{0,16}"
            r"\b(?:instructions?|prompts?|rules|guidelines|messages?|context|directions)\b",
            r"\byou are (?:now|no longer)\b[^.!?\n]{0,40}\b(?:ai|assistant|model|bot|chatbot|admin"
            r"|administrator|mode)\b",
            r"\bas an? (?:ai|artificial intelligence|language model|assistant|chatbot)\b"
            r"[^.!?\n]{0,20}\byou (?:must|should|will|are)\b",
            r"\b(?:reveal|print|repeat|output|leak)\b[^.!?\n]{0,12}\b(?:system )?prompts?\b",
            r"\b(?:system|developer) (?:prompt|message|instructions?)\s*:",
            r"\bdo not (?:tell|inform|mention (?:this )?to) the (?:user|customer)\b",
            r"<\|[a-z_]{2,20}\|>|\[/?inst\]|<</?sys>>",
        )
    ),
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^。！？!?\n]*?(?:[。！？!?]+[”’」』）)\"']*|\.(?=\s|$)|(?=\n)|\Z)")


def clean(text: str) -> tuple[str, tuple[Notice, ...]]:
    """The text with only what a reader sees and a colleague would say.

    Returns:
        The text with as many lines, and what was taken out.
    """
    notices: list[Notice] = []
    text = _CONTROL.sub("", text)
    text = _without(_OVERRIDDEN, text, lambda line, found: _hidden(notices, line, found))
    invisible = _INVISIBLE.findall(text)
    if invisible:
        count = sum(map(len, invisible))
        text = _INVISIBLE.sub("", text)
        notices.append(notice("hidden", "", f"{count} invisible characters"))
    before = ""
    while before != text:  # what is taken out may have stood inside another tag
        before = text
        text = _without_unseen(text, notices)
        for pattern in (_COMMENT, _LINK_COMMENT, _ACTIVE_TAG):
            text = _without(pattern, text, lambda line, found: _hidden(notices, line, found))
    return _without_instructions(text, notices), tuple(notices)


def is_instruction(text: str) -> bool:
    """Whether words are meant for a machine rather than for a reader."""
    return _INSTRUCTION.search(text) is not None


def _hidden(notices: list[Notice], line: int, found: str) -> None:
    inner = re.sub(r"<!--|-->|</?[^<>]*>", " ", found)
    notices.append(notice("hidden", f"line {line}", inner))


def _without_unseen(text: str, notices: list[Notice]) -> str:
    """The text without elements that are not shown."""
    parts, at = [], 0
    for start, end in unseen(text):
        found = text[start:end]
        _hidden(notices, text.count("\n", 0, start) + 1, found)
        parts += [text[at:start], "\n" * found.count("\n")]
        at = end
    return "".join((*parts, text[at:]))


def _without(pattern: re.Pattern[str], text: str, told: Callable[[int, str], None]) -> str:
    def gone(match: re.Match[str]) -> str:
        told(text.count("\n", 0, match.start()) + 1, match[0])
        return "\n" * match[0].count("\n")

    return pattern.sub(gone, text)


def _without_instructions(text: str, notices: list[Notice]) -> str:
    if not is_instruction(text):
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not is_instruction(line):
            continue
        pieces = line.split("|") if line.lstrip().startswith("|") else [line]
        lines[number] = "|".join(_quarantined(piece, number + 1, notices) for piece in pieces)
    return "\n".join(lines)


def _quarantined(piece: str, line: int, notices: list[Notice]) -> str:
    kept: list[str] = []
    for sentence in _SENTENCE.findall(piece):
        if is_instruction(sentence):
            notices.append(notice("instruction", f"line {line}", sentence))
        else:
            kept.append(sentence)
    rest = "".join(kept)
    if not is_instruction(rest):
        return rest
    notices.append(notice("instruction", f"line {line}", rest))
    return " "
