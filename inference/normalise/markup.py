"""Left-overs of HTML in plain text: entities, tags, comments."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from gongkai.inference.aligned import AlignedText, Edit

# `&amp;nbsp;` was escaped twice: all of it is one entity.
_ENTITY = re.compile(r"&(?:amp;|#38;|#[xX]0*26;)*(?:(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|nbsp(?![A-Za-z]))")
_NESTED = re.compile(r"^&(?:amp;|#38;|#[xX]0*26;)+(?=[#A-Za-z])")

_BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|head|"
    "header|hr|html|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_INLINES = (
    "a|abbr|acronym|area|audio|b|base|basefont|bdo|big|button|canvas|cite|code|col|colgroup|data|del|em|embed|font|frame|frameset|i|iframe|"
    "img|input|ins|kbd|label|legend|link|map|mark|meta|noscript|object|optgroup|o:p|param|q|rp|rt|ruby|s|samp|script|select|small|source|"
    "span|strike|strong|style|sub|sup|svg|textarea|time|track|tt|u|ucapcontent|v:shape|var|video|wbr"
)
_TAG = rf"</?(?:{_BLOCKS}|{_INLINES})(?:\s[^<>]*|\s*/)?>"
_MARKUP = re.compile(
    rf"<!--|<!(?:doctype|\[)[^<>]*>|<\?xml[^<>]*>|<(?P<raw>script|style)(?:\s[^<>]*)?>|{_TAG}",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS})[\s/>]", re.IGNORECASE)


def decode_entities(text: AlignedText) -> tuple[AlignedText, int]:
    """Entities become their character, which came from the whole entity; names that HTML does not know stay."""
    if "&" not in text.text:
        return text, 0
    edits = [edit for match in _ENTITY.finditer(text.text) if (edit := _decoded(match)) is not None]
    return text.edit(edits), len(edits)


def _decoded(match: re.Match[str]) -> Edit | None:
    entity = _NESTED.sub("&", match.group())
    character = html.unescape(entity)
    if character == match.group():
        return None
    return match.start(), match.end(), character


def remove_tags(text: AlignedText) -> tuple[AlignedText, int]:
    """Tags, comments, scripts and styles are removed, newlines beside them stay.

    Only known tag names count: `<5` and `<<办法>>` are text. Where tags of a block (`</td><td>`) were all that kept two
    words or numbers apart, one newline stands for them.
    """
    if "<" not in text.text:
        return text, 0
    found = list(_markup(text.text))
    return text.edit(_tag_edits(text.text, found)), len(found)


def _markup(text: str) -> Iterator[tuple[int, int]]:
    """The spans of tags and of whole comments, scripts and styles. A script that never ends is its opening tag, a comment is text."""
    lower = "".join(c.lower() if c.isascii() else c for c in text)
    position = 0
    # A search that failed once fails for the rest of the text: without this, many openings would take quadratic time.
    endless: set[str] = set()
    while match := _MARKUP.search(text, position):
        position = match.end()
        closing = _closing(match)
        stop = -1 if closing is None or closing in endless else lower.find(closing, position)
        if closing is not None and stop < 0:
            endless.add(closing)
        if stop >= 0:
            position = stop + len(closing or "")
        if stop >= 0 or closing != "-->":
            yield match.start(), position


def _closing(match: re.Match[str]) -> str | None:
    """What ends the element whose content is no text, or None for a tag by itself."""
    if match.group() == "<!--":
        return "-->"
    return f"</{match['raw'].lower()}>" if match["raw"] else None


def _tag_edits(text: str, found: list[tuple[int, int]]) -> Iterator[Edit]:
    """One edit for each run of spans that touch each other."""
    index = 0
    while index < len(found):
        start, end = found[index]
        block = _is_block(text, start)
        index += 1
        while index < len(found) and found[index][0] == end:
            block = block or _is_block(text, end)
            end = found[index][1]
            index += 1
        glues = start > 0 and end < len(text) and not text[start - 1].isspace() and not text[end].isspace()
        yield start, end, "\n" if block and glues else ""


def _is_block(text: str, start: int) -> bool:
    return _BLOCK_TAG.match(text, start) is not None
