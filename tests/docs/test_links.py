"""Every link, anchor and image of the documents leads somewhere, in the repository as it is read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

_IN_HTML = re.compile(r'\b(?:src|srcset|href)="([^"]+)"')
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
MOST_BYTES = 400_000


def test_every_link_leads_somewhere(document: str, root: Path) -> None:
    lost = [link for link in _links(root / document) if not _leads(link, root / document)]
    assert lost == []


def test_addresses_on_the_web_are_well_formed(document: str, root: Path) -> None:
    """Of form only: whether they answer is not asked."""
    for link in filter(_is_away, _links(root / document)):
        parts = urlsplit(link)
        assert parts.scheme == "https", f"{document}: {link}: https, please"
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), f"{document}: {link}: no host"
        assert parts.netloc not in {"github.com", "example.com", "example.org"} or len(parts.path) > 1, (
            f"{document}: {link}: leads to nothing of ours"
        )


def test_every_picture_is_shown_small_and_described(root: Path) -> None:
    documents = [root / "README.md", root / "README.zh.md", *root.glob("docs/*.md")]
    shown = {(path.parent / link).resolve() for path in documents for link in _links(path) if not _is_away(link)}
    pictures = [path for path in (root / "docs" / "images").iterdir() if path.name != "favicon.svg"]
    assert [path.name for path in pictures if path.resolve() not in shown] == []
    assert [path.name for path in pictures if path.stat().st_size > MOST_BYTES] == []
    silent = [path.name for path in documents for token in _tokens(path) if token.type == "image" and not token.content]
    assert silent == []


def test_the_two_readmes_lead_to_the_same(root: Path) -> None:
    english, chinese = ({link for link in _links(root / name) if "opening-" not in link} for name in ("README.md", "README.zh.md"))
    assert chinese - english == {"README.md", "docs/languages.md"}
    assert english - chinese == {"README.zh.md"}


@pytest.mark.parametrize(("heading", "anchor"), [("What comes out", "what-comes-out"), ("`a b`, c: 公开", "a-b-c-公开")])
def test_anchors_are_those_of_the_repository(heading: str, anchor: str) -> None:
    assert _anchor(heading) == anchor


def _links(path: Path) -> list[str]:
    return [link for token in _tokens(path) for link in _targets(token)]


@cache
def _tokens(path: Path) -> list[Token]:
    """The tokens of the document, those of its lines among them."""
    text = _FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))
    return [inner for token in MarkdownIt().enable("table").parse(text) for inner in (token, *(token.children or ()))]


def _targets(token: Token) -> Iterator[str]:
    if token.type in {"html_block", "html_inline"}:
        yield from _IN_HTML.findall(token.content)
    for name in ("href", "src"):
        if name in token.attrs:
            yield unquote(str(token.attrs[name]))


def _is_away(link: str) -> bool:
    return bool(urlsplit(link).scheme)


def _leads(link: str, document: Path) -> bool:
    if _is_away(link):
        return True
    target, _, anchor = link.partition("#")
    path = (document.parent / target) if target else document
    return path.exists() and (not anchor or anchor in _anchors(path))


@cache
def _anchors(path: Path) -> set[str]:
    tokens = _tokens(path)
    return {_anchor(tokens[place + 1].content) for place, token in enumerate(tokens) if token.type == "heading_open"}


def _anchor(heading: str) -> str:
    """What a heading is linked by where repositories are read."""
    return _NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-")
