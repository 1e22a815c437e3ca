"""The rule book of annotation says something of every label, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gongkai.model.labels import label_set

GUIDE = (Path(__file__).parent.parent / "docs" / "annotation_guide.md").read_text(encoding="utf-8")
EXPLAINED = re.compile(r"^\| `(?P<label>[a-z_]+)` \| (?P<words>[^|]*)\|", re.MULTILINE)
CODE = re.compile(r"`([a-z]+(?:_[a-z]+)*)`")
NO_LABELS = {"joint", "all"}  # a key of labels.yaml, a basis


@pytest.mark.parametrize("label", label_set().names())
def test_every_label_is_explained(label: str) -> None:
    found = [match["words"].strip() for match in EXPLAINED.finditer(GUIDE) if match["label"] == label]
    assert len(found) == 1, f"docs/annotation_guide.md explains {label} {len(found)} times; one row of a table must begin with `{label}`"
    assert len(found[0]) > 8


def test_only_labels_are_named() -> None:
    assert {name for name in CODE.findall(GUIDE) if name not in label_set().names()} <= NO_LABELS


def test_every_joint_class_of_reviews_and_requests_has_an_example() -> None:
    rows = [set(CODE.findall(line)) for line in GUIDE.splitlines() if line.startswith("| ")]
    for joint in (("reviews", "litigations"), ("requests_received", "requests_handled"), ("requests_carried_in", "requests_carried_out")):
        assert set(joint) in rows, joint


def test_hard_cases_are_numbered_in_order() -> None:
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 27


def test_marked_examples_are_closed() -> None:
    for line in GUIDE.splitlines():
        assert line.count("【") == line.count("】"), line
        assert line.count("⟦") == line.count("⟧"), line
