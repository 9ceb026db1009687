"""How HTML keeps words from being seen: not drawn, drawn too small or elsewhere, or lost on paper.

The declarations of an element and of simple selectors decide; scripts and layout do not. Where
the paper cannot be told (a picture, a gradient), the words count as seen.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

Color: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

WHITE: Final[Color] = (255, 255, 255)
_UNTOLD: Final = None
_FAINTEST: Final = 0.1  # share of ink below which nobody reads
_NEAREST: Final = 24  # difference of each of red, green and blue that the eye needs at least
_UNSEEN: Final = re.compile(
    r"(?<![-\w])(?:display\s*:\s*none|(?:content-)?visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0)"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$|!)"
    r"|transform\s*:[^;]*(?:scale\(\s*0(?:\.0\d*)?\s*[,)]|translate\w*\(\s*-\d{3,}))",
    re.IGNORECASE,
)
_OPACITY: Final = re.compile(
    r"(?<![-\w])(?:opacity\s*:\s*|filter\s*:[^;]*opacity\(\s*)(\d*\.?\d+)(%?)", re.IGNORECASE
)
_SIZE: Final = re.compile(
    r"(?<![-\w])font(?:-size)?\s*:[^;]*?(?<![\w.#-])(\d*\.?\d+)(px|pt|em|rem|ex|ch|mm|cm|in|%|vw|vh)?"
    r"(?=\s*(?:;|$|!|/|[a-z\"']))",
    re.IGNORECASE,
)
_TINIEST: Final[Mapping[str, float]] = {
    "px": 3, "pt": 2.5, "em": 0.2, "rem": 0.2, "ex": 0.4, "ch": 0.4,
    "mm": 0.8, "cm": 0.08, "in": 0.03, "%": 20, "vw": 0.2, "vh": 0.2, "": 0.001,
}  # fmt: skip
"""Sizes of letters below which nobody reads, by unit."""

_INK: Final = re.compile(r"(?<![-\w])color\s*:\s*([^;!]+)", re.IGNORECASE)
_PAPER: Final = re.compile(r"(?<![-\w])background(?:-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
_HEX: Final = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![0-9a-f])", re.IGNORECASE)
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^)]*)\)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d*\.?\d+)(%?)")
_NAMED: Final[Mapping[str, Color]] = {
    "white": WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "azure": (240, 255, 255),
    "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240), "whitesmoke": (245, 245, 245),
    "mintcream": (245, 255, 250), "aliceblue": (240, 248, 255), "seashell": (255, 245, 238),
    "black": (0, 0, 0), "red": (255, 0, 0), "blue": (0, 0, 255), "navy": (0, 0, 128),
    "green": (0, 128, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "darkred": (139, 0, 0), "darkblue": (0, 0, 139), "darkgreen": (0, 100, 0),
}  # fmt: skip
"""CSS Color Module 4, section 6.1: the pale ones, and what text is usually printed in or on."""

_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR: Final = re.compile(r"(?:[a-z][\w-]*)?[.#]?[\w-]+", re.IGNORECASE)


def rules_of(sheet: str) -> dict[str, str]:
    """Selectors of one tag, class or id to their declarations; the rest is not followed."""
    found: dict[str, str] = {}
    for selectors, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        for selector in map(str.strip, selectors.split(",")):
            if _SELECTOR.fullmatch(selector):
                found[selector] = found.get(selector, "") + ";" + body
    return found


def style_of(
    tag: str, name: str, classes: Iterable[str], own: str, rules: Mapping[str, str]
) -> str:
    """All declarations for an element: of its tag, id and classes, and its own last."""
    selectors = [tag, f"#{name}", f"{tag}#{name}"]
    selectors += [each for one in classes for each in (f".{one}", f"{tag}.{one}")]
    return ";".join([*(rules[each] for each in selectors if each in rules), own])


def is_undrawn(style: str) -> bool:
    """Whether an element of this style shows nothing, whatever lies around it."""
    if _UNSEEN.search(style):
        return True
    faint = _OPACITY.findall(style)
    if faint and _share(*faint[-1]) < _FAINTEST:
        return True
    sizes = _SIZE.findall(style)
    if not sizes:
        return False
    size, unit = sizes[-1]
    return float(size) < _TINIEST[unit.lower()]


def is_lost(ink: str, papers: Iterable[str]) -> bool:
    """Whether letters cannot be told from what they stand on.

    Args:
        ink: The colour of the letters as written; "" where none is given.
        papers: What is written for the element and for those around it, the innermost first; a
            page is white.
    """
    told = _color(ink)
    if told is None:
        return False
    color, share = told
    if share < _FAINTEST:
        return True
    for paper in papers:
        if not paper.strip() or re.match(r"\s*(?:none|transparent|inherit|initial)", paper):
            continue
        below = _color(paper)
        if below is None:
            return False
        if below[1] >= _FAINTEST:
            return _is_near(color, below[0])
    return _is_near(color, WHITE)


def ink_of(style: str) -> str:
    """The colour of letters as the style writes it; "" without one."""
    found = _INK.findall(style)
    return found[-1].strip() if found else ""


def paper_of(style: str) -> str:
    """What the style paints behind the letters; "" without any."""
    found = _PAPER.findall(style)
    return found[-1].strip() if found else ""


def _is_near(one: Color, other: Color) -> bool:
    return all(abs(a - b) < _NEAREST for a, b in zip(one, other, strict=True))


def _color(written: str) -> tuple[Color, float] | None:
    """A colour and its share of ink; None for what is none, such as a picture."""
    words = written.strip().lower()
    if words == "transparent":
        return WHITE, 0.0
    if words in _NAMED:
        return _NAMED[words], 1.0
    if match := _HEX.search(words):
        return _of_hex(match[1])
    if match := _FUNCTION.search(words):
        return _of_function(match[1].lower(), _NUMBER.findall(match[2]))
    return _UNTOLD


def _of_hex(digits: str) -> tuple[Color, float]:
    if len(digits) <= len("rgba"):
        digits = "".join(2 * digit for digit in digits)
    red, green, blue, *ink = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return (red, green, blue), ink[0] / 255 if ink else 1.0


def _of_function(name: str, parts: list[tuple[str, str]]) -> tuple[Color, float] | None:
    if len(parts) < len("rgb"):
        return None
    share = _share(*parts[3]) if len(parts) > len("rgb") else 1.0
    if name == "rgb":
        red, green, blue = (
            round(min(255, float(value) * (2.55 if percent else 1))) for value, percent in parts[:3]
        )
        return (red, green, blue), share
    hue, saturation, light = (float(value) for value, _ in parts[:3])
    painted = colorsys.hls_to_rgb(hue % 360 / 360, min(1, light / 100), min(1, saturation / 100))
    red, green, blue = (round(255 * part) for part in painted)
    return (red, green, blue), share


def _share(value: str, percent: str) -> float:
    return float(value) / (100 if percent else 1)
