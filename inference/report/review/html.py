"""Templates, style sheets and scripts as one file each, under a policy that lets nothing else run."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gongkai.inference.report.review.words import FOLDER, all_words

Lang = Literal["zh", "en"]
_EARLY = ("early.js",)
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def render(template: str, lang: Lang, parts: Mapping[str, Sequence[str]], context: Mapping[str, Any]) -> str:
    """The page `template` with the style sheets and scripts named in `parts` inside it, first shown in `lang`.

    Everything in `context` is escaped unless it is Markup. The content policy names the digest of what may style and run.
    """
    css, js, early = (_joined(names) for names in (parts["css"], parts["js"], _EARLY))
    policy = _policy(css, (early, js))
    page = _templates().get_template(template)
    return page.render(w=all_words(), lang=lang, css=css, early=early, js=js, policy=policy, **context) + "\n"


def as_json(value: object) -> Markup:
    """`value` for a script element of data: no character of it can end the element, whatever a page said."""
    text = json.dumps(value, separators=(",", ":"))
    for character, escaped in _UNSAFE.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - it holds none of the characters that HTML obeys


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(FOLDER, "assets"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _joined(names: Sequence[str]) -> str:
    return "\n" + "\n".join((files(FOLDER) / "assets" / name).read_text(encoding="utf-8") for name in names)


def _policy(css: str, scripts: Sequence[str]) -> str:
    allowed = " ".join(f"'{_digest(script)}'" for script in scripts)
    return f"default-src 'none'; style-src '{_digest(css)}'; script-src {allowed}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
