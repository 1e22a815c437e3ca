"""What attributes say about showing an element: hidden ones, and those that keep their line breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping

GONE = 1
"""display:none and its like: the element and all in it take no place."""
INVISIBLE = 2
"""visibility:hidden; a descendant can be visible again."""
TINY = 4
"""font-size:0; a descendant with a size of its own shows again."""
PRE = 8
"""Line breaks and spaces of the source are kept."""
HIDDEN = GONE | INVISIBLE | TINY

_ALWAYS_GONE = frozenset({"template", "datalist", "script", "style", "title", "noscript", "iframe", "noframes", "noembed"})
_PRE_TAGS = frozenset({"pre", "textarea", "listing", "xmp", "plaintext"})
_KEEPS_BREAKS = frozenset({"pre", "pre-wrap", "pre-line", "break-spaces"})
_ZERO_SIZE = re.compile(r"0*\.?0+(?:[a-z]+|%)?")
_ABSOLUTE_SIZE = re.compile(r"[\d.]+(?:px|pt|rem|pc|cm|mm|in|q|v[wh])|(?:xx?x?-)?(?:small|large)|medium|initial")
_FONT_SHORTHAND = re.compile(r"(?:^|\s)([\d.]+(?:[a-z]+|%)?)(?:/|\s|$)")


def shown_as(flags: int, tag: str, attributes: Mapping[str, str]) -> int:
    """The flags of an element `tag` with `attributes` whose parent has `flags`."""
    if tag in _PRE_TAGS:
        flags |= PRE
    if tag in _ALWAYS_GONE or "hidden" in attributes:
        flags |= GONE
    style = attributes.get("style")
    return _styled(flags, declarations(style)) if style else flags


def declarations(style: str) -> dict[str, str]:
    """The properties of a style attribute, in lower case without `!important`; the last of a name counts."""
    found: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def _styled(flags: int, style: Mapping[str, str]) -> int:
    if style.get("display") == "none":
        flags |= GONE
    visibility = style.get("visibility")
    if visibility in {"hidden", "collapse"}:
        flags |= INVISIBLE
    elif visibility == "visible":
        flags &= ~INVISIBLE
    space = style.get("white-space")
    if space in _KEEPS_BREAKS:
        flags |= PRE
    elif space in {"normal", "nowrap"}:
        flags &= ~PRE
    return _sized(flags, _font_size(style))


def _font_size(style: Mapping[str, str]) -> str:
    if "font-size" in style:
        return style["font-size"]
    match = _FONT_SHORTHAND.search(style.get("font", ""))
    return match[1] if match else ""


def _sized(flags: int, size: str) -> int:
    if _ZERO_SIZE.fullmatch(size):
        return flags | TINY
    return flags & ~TINY if _ABSOLUTE_SIZE.fullmatch(size) else flags
