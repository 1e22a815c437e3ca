"""The closed label set of `configs/labels.yaml`, its classes (labels and joint labels), and its BIO tags."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from gongkai.model.errors import ConfigError

OUTSIDE = "O"
JOINER = "+"


class LabelSet(BaseModel):
    """Labels by kind, each with its Chinese name, and the joint classes in the order of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    structure: dict[str, str]
    figures: dict[str, str]
    entities: dict[str, str]
    joint: tuple[tuple[str, ...], ...]

    def names(self) -> dict[str, str]:
        """Every single label with its Chinese name."""
        return {**self.structure, **self.figures, **self.entities}

    def classes(self) -> tuple[str, ...]:
        """What one span can be: the single labels, then the joint ones (`a+b`)."""
        return (*self.names(), *(JOINER.join(labels) for labels in self.joint))

    def tags(self) -> tuple[str, ...]:
        """The IOB2 tags in the order of the network's outputs: O, then B-x, I-x for every class x."""
        return (OUTSIDE, *(f"{prefix}-{name}" for name in self.classes() for prefix in "BI"))

    def class_of(self, labels: Iterable[str]) -> str:
        """The class that says most of `labels`: the largest joint class inside them, else the first of them in file order."""
        wanted = set(labels)
        inside = [joint for joint in self.joint if wanted.issuperset(joint)]
        if inside:
            largest = max(inside, key=len)
            return JOINER.join(largest)
        ordered = [name for name in self.names() if name in wanted]
        if not ordered:
            raise ConfigError(f"no label of {sorted(wanted)} is in configs/labels.yaml")
        return ordered[0]


def split_class(name: str) -> tuple[str, ...]:
    """The labels that a class states: `("reviews", "litigations")` of `reviews+litigations`."""
    return tuple(name.split(JOINER))


@cache
def label_set() -> LabelSet:
    """The label set that ships with the package."""
    source = files("gongkai.configs") / "labels.yaml"
    try:
        return LabelSet.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/labels.yaml: {error}") from error
