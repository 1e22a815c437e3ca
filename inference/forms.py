"""The statutory forms of `configs/forms`: rows, columns, wording and arithmetic, loaded once and validated."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from gongkai.model.errors import ConfigError

RESULTS = "results"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Frozen):
    """A row or column: its key, the statutory wording, and other wordings that occur."""

    key: str
    title: str
    variants: tuple[str, ...] = ()

    def wordings(self) -> tuple[str, ...]:
        """The statutory wording first, then the variants."""
        return (self.title, *self.variants)


class Column(Title):
    """A column. `decimal` amounts are in 万元; `signed` numbers may be negative or worded (增加3)."""

    decimal: bool = False
    signed: bool = False


class Row(Title):
    """A row. `headings` are titles without values printed right before it; `group` is the result it counts under."""

    headings: tuple[str, ...] = ()
    group: str | None = None


class Rule(_Frozen):
    """Left sum equals right sum, `over` every column (of rows) or every row (of columns). `results` means all result rows."""

    rule: str
    over: Literal["rows", "columns"]
    left: tuple[str, ...]
    right: tuple[str, ...]


class Block(_Frozen):
    """Rows under one set of columns. A `one_line` block prints all its rows side by side on one line."""

    key: str
    title: str | None = None
    corner: str | None = None
    one_line: bool = False
    column_headings: tuple[tuple[str, ...], ...] = ()
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    arithmetic: tuple[Rule, ...] = ()

    def result_rows(self) -> tuple[str, ...]:
        """The keys of the rows that say what became of the requests."""
        return tuple(row.key for row in self.rows if row.group)

    def expand(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """`keys` with `results` replaced by the result rows."""
        return self.result_rows() if keys == (RESULTS,) else keys


class Table(_Frozen):
    """One statutory table: the title of its section and its blocks."""

    key: str
    section: str
    blocks: tuple[Block, ...]

    def keys(self) -> tuple[str, ...]:
        """Every cell key of the table, in printed order."""
        return tuple(f"{self.key}.{row.key}.{column.key}" for block in self.blocks for row in block.rows for column in block.columns)


class Form(_Frozen):
    """One statutory form."""

    form: str
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table:
        """The table `key` (`proactive`, `requests`, `review_litigation`)."""
        return next(table for table in self.tables if table.key == key)

    def keys(self) -> tuple[str, ...]:
        """Every cell key of the form."""
        return tuple(key for table in self.tables for key in table.keys())


@cache
def forms() -> dict[str, Form]:
    """Both forms by name: `2019` and `2021`.

    Raises ConfigError, naming the file and the key, if a file is not what it must be.
    """
    return {name: _load(f"{name}.yaml") for name in ("2019", "2021")}


@cache
def keys_of_form(name: str) -> frozenset[str]:
    """Every cell key of the form `name`, to be looked up."""
    return frozenset(forms()[name].keys())


def _load(name: str) -> Form:
    try:
        return Form.model_validate(yaml.safe_load((files("gongkai.configs") / "forms" / name).read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/forms/{name}: {error}") from error
