"""The documentation as a site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
_LOADED = re.compile(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="(https?:[^"]+)"')


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: whatever mkdocs warns of is an error."""
    pytest.importorskip("mkdocs", reason="pip install 'gongkai[docs]'")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    done = subprocess.run(
        command, cwd=root, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_page_of_the_repository_is_a_page_of_the_site(site: Path, root: Path) -> None:
    written = {path.stem for path in root.glob("docs/*.md")}
    expected = written | {"index", "index.zh", "contributing", "changelog", "security", "model_card", "dataset_card", "page_cases"}
    assert {path.stem for path in site.glob("*.html")} == expected | {"404"}


def test_the_reference_is_made_of_the_code(site: Path) -> None:
    text = {path.stem: re.sub("<[^>]+>", "", path.read_text(encoding="utf-8")) for path in (site / "reference").glob("*.html")}
    assert sorted(text) == ["commands", "commands.zh", "keys", "labels", "output", "python"]
    assert all(said in text["commands"] for said in ("gongkai extract", "gongkai train", "gongkai models promote", "--min-confidence"))
    assert all(said in text["keys"] for said in ("requests.new_received", "一、本年新收政府信息公开申请数量", "legacy.received"))
    assert all(said in text["labels"] for said in ("requests_received", "新收申请", "reviews, litigations, complaints"))
    assert all(
        said in text["output"] for said in ("may be missing", '"printed" or "placed" or "derived" or "blank"', "additionalProperties")
    )
    assert all(said in text["python"] for said in ("from_pretrained", "half-open", "class", "UnreadableError"))


def test_a_page_loads_nothing_from_the_web(site: Path) -> None:
    loaded = {(path.name, address) for path in site.rglob("*.html") for address in _LOADED.findall(path.read_text(encoding="utf-8"))}
    assert loaded == set()


def test_links_out_of_the_documents_lead_to_pages_and_copies(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="tutorial.html"' in home
    assert 'href="model_card.html"' in home
    assert 'src="images/opening-en-light.png"' in home
    assert 'href="reference/output.html"' in (site / "comparing.html").read_text(encoding="utf-8")
    assert (site / "files" / "model" / "shipped" / "reliability.svg").is_file()
