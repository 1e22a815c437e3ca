"""Examples in docstrings (`>>>`) as code on the pages of the reference."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)
_DIRECTIVE = re.compile(r"  # doctest: .*")


class Doctests(griffe.Extension):
    """Puts every example, up to the next empty line, between fences; what is said to doctest is left out."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Of an object that was found."""
        if obj.docstring:
            obj.docstring.value = _EXAMPLE.sub(lambda example: f"```pycon\n{_DIRECTIVE.sub('', example[0])}\n```", obj.docstring.value)
