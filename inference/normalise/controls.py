"""Line ends and characters that print nothing."""

from __future__ import annotations

import re

from gongkai.inference.aligned import AlignedText

_LINE_END = re.compile("[\r\f\v\u2028\u2029](?:(?<=\r)\n)?")
# C0 and C1 controls but tab and newline, soft hyphen, zero-width and direction marks, variation selectors, byte-order mark.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)


def unify_line_ends(text: AlignedText) -> tuple[AlignedText, int]:
    """Every line end is one newline: the CR of CR LF is removed; a lone CR, a form feed or a line separator becomes a newline."""
    edits = [_line_end(match) for match in _LINE_END.finditer(text.text)]
    return text.edit(edits), len(edits)


def _line_end(match: re.Match[str]) -> tuple[int, int, str]:
    start = match.start()
    return start, start + 1, "" if match.end() - start == 2 else "\n"


def remove_controls(text: AlignedText) -> tuple[AlignedText, int]:
    """Controls and zero-width characters are removed; counted by character."""
    found = [match.span() for match in _INVISIBLE.finditer(text.text)]
    return text.edit((start, end, "") for start, end in found), sum(end - start for start, end in found)
