"""What the site is told beyond mkdocs.yml, piece by piece."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("mkdocs", reason="pip install 'gongkai[docs]'")
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import PluginCollection
from mkdocs.structure.files import Files

NAV: list[Any] = [{"Home": "index.md"}, {"Guides": [{"A": "a.md"}, "b.md"]}, {"Gone": [{"C": "c.md"}]}, {"Away": "away.md"}]


def _hook(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_hooks_{name}", root / "docs" / "hooks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(root: Path) -> ModuleType:
    return _hook(root, "pages")


@pytest.fixture(scope="module")
def reference(root: Path) -> ModuleType:
    return _hook(root, "reference")


def test_what_is_not_there_is_left_out_of_the_navigation(pages: ModuleType) -> None:
    there = {"index.md", "a.md", "b.md"}
    assert [entry for entry in (pages._existing(one, there) for one in NAV) if entry] == NAV[:2]
    assert pages._named(NAV) == ["index.md", "a.md", "b.md", "c.md", "away.md"]


@pytest.mark.parametrize(
    ("written", "origin", "uri", "moved"),
    [
        ("[a](docs/batch.md#what-goes-in)", "README.md", "index.md", "[a](batch.md#what-goes-in)"),
        ("[a](CONTRIBUTING.md)", "README.md", "index.md", "[a](contributing.md)"),
        ('<img src="docs/images/a.png" alt="b">', "README.md", "index.md", '<img src="images/a.png" alt="b">'),
        ("[a](../configs/output.schema.json)", "docs/comparing.md", "comparing.md", "[a](reference/output.md)"),
        ("[a](../../docs/retraining.md)", "training/corpus/README.md", "dataset_card.md", "[a](retraining.md)"),
        ("![a](reliability.svg)", "model/shipped/README.md", "model_card.md", "![a](files/model/shipped/reliability.svg)"),
        ("[a](#here) [b](https://labelstud.io)", "README.md", "index.md", "[a](#here) [b](https://labelstud.io)"),
        ("```md\n[a](docs/batch.md)\n```\n[a](docs/batch.md)", "README.md", "index.md", "```md\n[a](docs/batch.md)\n```\n[a](batch.md)"),
    ],
)
def test_links_hold_on_the_site(pages: ModuleType, root: Path, written: str, origin: str, uri: str, moved: str) -> None:
    config: Any = MkDocsConfig()  # which type checkers take for its base class
    config.load_dict({"site_name": "a", "docs_dir": str(root / "docs"), "site_dir": "site", "use_directory_urls": False})
    config.plugins = PluginCollection()
    config.plugins._current_plugin = "pages"
    assert pages._relinked(written, origin, uri, config, Files([])) == moved


def test_kinds_of_the_schema_in_words(reference: ModuleType) -> None:
    assert reference._kind({"type": ["integer", "null"]}) == "integer or null"
    assert reference._kind({"enum": ["2019", None]}) == '`"2019"` or `null`'
    assert reference._kind({"type": "array", "items": {"$ref": "#/$defs/cell"}}) == "list of [cell](#cell)"
    assert reference._kind({"$ref": "#/$defs/key"}) == "[key](keys.md)"


def test_every_object_of_the_schema_is_described(reference: ModuleType, root: Path) -> None:
    page = reference.output()
    schema = json.loads((root / "configs" / "output.schema.json").read_text(encoding="utf-8"))
    fields = {name for one in (schema, *schema["$defs"].values()) for name in one.get("properties", ())}
    assert [name for name in fields if f"| `{name}` |" not in page] == []
    assert "| `legacy` | list of [indicator](#indicator) | may be missing. The rows of a statistics table" in page


@pytest.mark.slow  # loads every command, those of training among them
def test_commands_are_described_in_both_languages(reference: ModuleType) -> None:
    english, chinese = reference.commands(), reference.commands_zh()
    assert re.findall(r"^#+ .*", english, re.MULTILINE)[1:] == re.findall(r"^#+ .*", chinese, re.MULTILINE)[1:]
    assert "## `gongkai extract`\n\nRead documents and write what they say" in english
    assert re.search(r"## `gongkai extract`\n\n[\u4e00-\u9fff]", chinese)
    assert reference.commands() == english


def test_every_key_and_label_has_its_row(reference: ModuleType) -> None:
    keys = reference.keys()
    assert "| `review_litigation.litigation_direct` | 未经复议直接起诉 |" in keys
    assert "| `legacy.disclosed` | (一)主动公开政府信息数 | 条、件 |" in keys
    assert "| `agency` | 报告机关 |" in reference.labels()
    assert "- `reviews`, `litigations`\n" in reference.labels()


def test_examples_in_docstrings_become_code(root: Path) -> None:
    griffe = pytest.importorskip("griffe")
    extension = _hook(root, "doctests").Doctests()
    function = griffe.Function("double", docstring=griffe.Docstring("Twice n.\n\n>>> double(2)  # doctest: +SKIP\n4\n\nOf numbers."))
    extension.on_instance(obj=function)
    assert function.docstring.value == "Twice n.\n\n```pycon\n>>> double(2)\n4\n```\n\nOf numbers."
