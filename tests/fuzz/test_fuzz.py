"""The targets hold for the kept corpus and for what hypothesis thinks of; run.py searches longer, guided by coverage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
NAMES = ("assembler", "containers", "decoder", "html", "importer", "numbers", "repairs")
Targets = dict[str, Callable[[bytes], None]]


@pytest.fixture(scope="module")
def targets() -> Iterator[Targets]:
    sys.path.insert(0, str(HERE))
    yield import_module("fuzz_targets").TARGETS
    sys.path.remove(str(HERE))


def test_every_target_has_a_corpus(targets: Targets) -> None:
    assert sorted(targets) == list(NAMES)
    assert all(any((HERE / "corpus" / name).iterdir()) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_corpus(targets: Targets, name: str) -> None:
    for path in sorted((HERE / "corpus" / name).iterdir()):
        targets[name](path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes(targets: Targets, name: str, data: bytes) -> None:
    targets[name](data)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=1000))
@settings(max_examples=1000, deadline=None)
def test_very_many_bytes(targets: Targets, name: str, data: bytes) -> None:
    targets[name](data)
