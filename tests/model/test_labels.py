"""The closed label set, its classes and tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gongkai.model.errors import ConfigError
from gongkai.model.labels import LabelSet, label_set, split_class

SMALL = LabelSet(
    structure={"row": "行标题"}, figures={"a": "甲", "b": "乙", "c": "丙"}, entities={"phone": "电话"}, joint=(("a", "b"), ("a", "b", "c"))
)


def test_the_kinds_are_disjoint_and_named() -> None:
    labels = label_set()
    assert list(labels.structure) == ["section", "block", "row", "column", "value", "blank", "junk"]
    assert len(labels.names()) == len(labels.structure) + len(labels.figures) + len(labels.entities)
    assert all(labels.names().values())


def test_joint_classes_are_of_figures_that_exist() -> None:
    labels = label_set()
    assert all(set(joint) <= set(labels.figures) and len(joint) > 1 for joint in labels.joint)
    assert len({frozenset(joint) for joint in labels.joint}) == len(labels.joint)


def test_classes_and_tags_keep_the_order_of_the_file() -> None:
    assert SMALL.classes() == ("row", "a", "b", "c", "phone", "a+b", "a+b+c")
    assert SMALL.tags()[:5] == ("O", "B-row", "I-row", "B-a", "I-a")
    assert SMALL.tags()[-2:] == ("B-a+b+c", "I-a+b+c")
    assert len(label_set().tags()) == 1 + 2 * len(label_set().classes()) == len(set(label_set().tags()))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(["a"], "a"), (["b", "a"], "a+b"), (["c", "b", "a"], "a+b+c"), (["c", "b"], "b"), (["c", "phone"], "c"), (["a", "b", "phone"], "a+b")],
)
def test_the_class_that_says_most(labels: list[str], expected: str) -> None:
    assert SMALL.class_of(labels) == expected


def test_labels_that_are_not_in_the_set_are_named() -> None:
    with pytest.raises(ConfigError, match=r"no label of \['x'\] is in configs/labels\.yaml"):
        SMALL.class_of(["x"])


def test_a_class_splits_into_its_labels() -> None:
    assert split_class("reviews+litigations") == ("reviews", "litigations")
    assert split_class("row") == ("row",)


@given(st.sampled_from(label_set().classes()))
def test_a_class_is_that_of_its_labels(name: str) -> None:
    assert label_set().class_of(split_class(name)) == name


def test_a_label_set_knows_no_other_kinds() -> None:
    with pytest.raises(ValidationError):
        LabelSet.model_validate({"structure": {}, "figures": {}, "entities": {}, "joint": [], "more": {}})
