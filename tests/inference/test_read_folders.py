"""Folders walked in order."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.inference.read import folders
from gongkai.inference.read.folders import Walk, in_order


def test_files_come_before_subfolders_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    for name in ("b/x", "b/a/y", "a", "z", ".hidden/q", ".h"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    assert [str(Path(path).relative_to(tmp_path)) for path in Walk(str(tmp_path))] == ["a", "linked", "z", "b/x", "b/a/y"]


def test_a_folder_that_cannot_be_listed_is_kept_as_an_error(tmp_path: Path) -> None:
    walk = Walk(str(tmp_path / "no"))
    assert list(walk) == []
    assert [type(error) for error in walk.errors] == [FileNotFoundError]


def test_many_names_are_sorted_on_disk_as_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    names = [f"{rng.choice('县乡镇ab')}{rng.randrange(10**9)}" for _ in range(2000)]
    expected = list(in_order(names))
    assert expected == sorted(names)
    monkeypatch.setattr(folders, "_IN_MEMORY", 100)
    assert list(in_order(names)) == expected


def test_many_names_are_not_held() -> None:
    """A list of these would take ten million bytes; SQLite keeps two million of its own in memory, and the rest on disk."""

    def names() -> Iterator[str]:
        return (f"{number * 7919 % 100_003:06}.html" for number in range(100_000))

    list(in_order(["a"]))  # what is loaded once
    tracemalloc.start()
    try:
        before = ""
        for name in in_order(names()):
            assert name > before
            before = name
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert before == "100002.html"
    assert peak < 2_000_000
