"""What mkdocs is told beyond mkdocs.yml: pages from outside of docs/, links that lead out of docs/, and what of the navigation is there.

A link is written as it works in the repository. On the site it leads to the page made of that file, and to a copy of a file of which
no page is made.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PAGES = {
    "README.md": "index.md",
    "README.zh.md": "index.zh.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "model/shipped/README.md": "model_card.md",
    "training/corpus/README.md": "dataset_card.md",
    "tests/pages/README.md": "page_cases.md",
    "configs/output.schema.json": "reference/output.md",
    "configs/labels.yaml": "reference/labels.md",
    "configs/forms/2019.yaml": "reference/keys.md",
    "configs/forms/2021.yaml": "reference/keys.md",
    "configs/forms/legacy.yaml": "reference/keys.md",
}
"""Files outside of docs/ and the pages of the site that they are, or that are made of them."""
_LINK = re.compile(r"""(?P<before>\]\(|\b(?:src|srcset|href)=")(?P<target>[^)\s"#:]+)(?P<anchor>#[^)\s"]*)?(?P<after>[)"])""")
_FENCE = re.compile(r"(^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are files outside of docs/; then leave out of the navigation what is not there, and name the rest under More."""
    for origin, uri in PAGES.items():
        if files.get_file_from_path(uri) is None:
            text = (ROOT / origin).read_text(encoding="utf-8")
            files.append(File.generated(config, uri, content=_relinked(text, origin, uri, config, files)))
    there = {file.src_uri for file in files.documentation_pages()}
    nav = [entry for entry in (_existing(entry, there) for entry in config.nav or []) if entry]
    more = sorted(there - set(_named(nav)))
    config.nav = [*nav, {"More": list(more)}] if more else nav
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links of the pages of docs/ that lead out of it."""
    uri = page.file.src_uri
    return markdown if page.file.generated_by else _relinked(markdown, f"docs/{uri}", uri, config, files)


def _existing(entry: Any, there: set[str]) -> Any:
    """The entry of the navigation without the pages that are not there; nothing if none is left."""
    if isinstance(entry, str):
        return entry if entry in there else None
    (title, inside), *_ = entry.items()
    if isinstance(inside, list):
        inside = [one for one in (_existing(one, there) for one in inside) if one]
        return {title: inside} if inside else None
    return entry if inside in there else None


def _named(entry: Any) -> list[str]:
    """Every page that a part of the navigation names."""
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry
    return [name for part in parts for name in _named(part)]


def _relinked(text: str, origin: str, uri: str, config: MkDocsConfig, files: Files) -> str:
    """`text`, of the file `origin` of the repository, with the links that hold on the page `uri` of the site; code is left alone."""

    def moved(link: re.Match[str]) -> str:
        target = _on_site(posixpath.normpath(posixpath.join(posixpath.dirname(origin), link["target"])), config, files)
        there = posixpath.relpath(target, posixpath.dirname(uri) or ".")
        return f"{link['before']}{there}{link['anchor'] or ''}{link['after']}"

    parts = _FENCE.split(text)  # between the fences, a fence, and its marks
    return "".join(_LINK.sub(moved, part) if place % 3 == 0 else part for place, part in enumerate(parts) if place % 3 != 2)


def _on_site(path: str, config: MkDocsConfig, files: Files) -> str:
    """Where the file `path` of the repository is on the site; a copy of it is made if it is nowhere."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    uri = f"files/{path}"
    if (ROOT / path).is_file() and files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
    return uri
