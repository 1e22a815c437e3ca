"""The statistics forms of before 2019 (`configs/forms/legacy.yaml`), loaded once and validated."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongkai.inference.arithmetic import Sum
from gongkai.model.errors import ConfigError

TABLE = "legacy"
_REMEMBERED = 4096
SUM_OF_PARTS = " = sum of its parts"
_LEVELS = tuple(map(re.compile, (r"[一二三四五六七八九十]+[、.]", r"\([一二三四五六七八九十]+\)", r"\d+[.、]", r"\(\d+\)")))


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LegacyRow(_Frozen):
    """A row of a form: an indicator with its measure words, or a heading, which has neither key nor number."""

    title: str
    key: str | None = None
    units: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    def wordings(self) -> tuple[str, ...]:
        """The usual wording first, then others that occur."""
        return (self.title, *self.variants)

    @property
    def numbering(self) -> str:
        """What the title is numbered with: `(一)`, `1.`, or nothing."""
        return numbering_of(self.title)


class LegacyForm(_Frozen):
    """One statistics form: its rows in printed order, and the indicators that are the sum of others."""

    form: str
    rows: tuple[LegacyRow, ...]
    sums: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        keys = [row.key for row in self.rows if row.key]
        if len(set(keys)) < len(keys):
            raise ValueError(f"form {self.form}: a key stands twice")
        if any(bool(row.key) != bool(row.units) for row in self.rows):
            raise ValueError(f"form {self.form}: every key has units, and no heading has")
        unknown = {key for rule in self.sums for key in rule} - set(keys)
        if unknown:
            raise ValueError(f"form {self.form}: sums of unknown keys {', '.join(sorted(unknown))}")
        return self

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """How deep the numbering of each row is (`level_of`)."""
        return tuple(level_of(row.numbering) for row in self.rows)

    @cached_property
    def headings(self) -> dict[int, list[int]]:
        """The places of the headings of each level."""
        places: dict[int, list[int]] = {}
        for place, row in enumerate(self.rows):
            if row.key is None:
                places.setdefault(self.levels[place], []).append(place)
        return places

    def above(self, place: int) -> tuple[int, ...]:
        """The places of the rows that row `place` stands under, the outermost first; of a numbered row, itself last."""
        depth = self.levels[place]
        found = [place] if self.rows[place].numbering else []
        for earlier in range(place - 1, -1, -1):
            if self.levels[earlier] < depth:
                found.append(earlier)
                depth = self.levels[earlier]
        return tuple(reversed(found))

    def arithmetic(self) -> tuple[Sum, ...]:
        """The sums as rules over keys of the form `legacy.<key>`."""
        return tuple(
            Sum(f"{whole}{SUM_OF_PARTS}", (legacy_key(whole),), tuple(legacy_key(part) for part in parts)) for whole, *parts in self.sums
        )


class _Forms(_Frozen):
    forms: tuple[LegacyForm, ...]


@cache
def legacy_forms() -> tuple[LegacyForm, ...]:
    """Every statistics form that is known. Raises ConfigError, naming the file and the key, if the file is not what it must be."""
    try:
        source = files("gongkai.configs") / "forms" / "legacy.yaml"
        return _Forms.model_validate(yaml.safe_load(source.read_text(encoding="utf-8"))).forms
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/forms/legacy.yaml: {error}") from error


def legacy_key(name: str) -> str:
    """The key under which an indicator is returned: `legacy.received`."""
    return f"{TABLE}.{name}"


@cache
def legacy_titles() -> dict[str, str]:
    """Every indicator's key with its wording in the newest form that has it, without numbering."""
    rows = (row for form in reversed(legacy_forms()) for row in form.rows if row.key)
    return {legacy_key(row.key): row.title.removeprefix("其中:").removeprefix(row.numbering) for row in rows if row.key}


@lru_cache(_REMEMBERED)
def numbering_of(title: str) -> str:
    """The numbering that a title begins with, 其中 before it left out.

    >>> numbering_of("(一)收到申请数"), numbering_of("其中:1.当面申请数"), numbering_of("申请总数")
    ('(一)', '1.', '')
    """
    bare = re.sub(r"^其中[:,、]?", "", re.sub(r"\s", "", title))
    return next((found.group() for level in _LEVELS if (found := level.match(bare))), "")


def level_of(numbering: str) -> int:
    """How deep a numbering is: 0 for `一、`, 1 for `(一)`, 2 for `1.`, 3 for `(1)`; 4 for none.

    >>> level_of("三、"), level_of("(三)"), level_of("3."), level_of("")
    (0, 1, 2, 4)
    """
    return next((depth for depth, level in enumerate(_LEVELS) if level.fullmatch(numbering)), len(_LEVELS))
