"""What the numbers of a page have to satisfy: the sums of its form, and what its narrative states of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gongkai.inference.arithmetic import form_for_sums, same, sums_of
from gongkai.inference.facts import CELLS_OF, GROUPS_OF, LITIGATION_ROWS, OUTCOMES, Fact, facts_of
from gongkai.inference.results import Figure
from gongkai.training.synth.pages import SyntheticPage
from gongkai.training.synth.values import APPLICANTS, Value

Contents = Mapping[str, Value | None]
_RECEIVED = "requests.new_received"


@dataclass(frozen=True, slots=True)
class Rule:
    """The cells `left` add up to the cells `right` and `constant`, blank cells counting as 0.

    Where there are `parts` and none of them is printed, the rule says nothing: a row with only its total breaks no sum.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    constant: Value = 0
    parts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All cells of the rule."""
        return (*self.left, *self.right)

    def gap(self, contents: Contents) -> Value:
        """By how much the left side is more than the right."""
        return _sum(self.left, contents) - _sum(self.right, contents) - self.constant

    def holds(self, contents: Contents) -> bool:
        """Whether numbers in cells (None or no entry: blank) keep the rule."""
        return self.says_nothing(contents) or same(self.gap(contents), 0)

    def says_nothing(self, contents: Contents) -> bool:
        """Whether none of the parts is printed."""
        return bool(self.parts) and all(contents.get(key) is None for key in self.parts)


def _sum(keys: Iterable[str], contents: Contents) -> Value:
    return sum(contents.get(key) or 0 for key in keys)


def rules_of(page: SyntheticPage) -> tuple[Rule, ...]:
    """The sums of the page's form and the figures of its narrative, over the cells of the form."""
    known = page.truth.keys()
    rules = (*_sums(form_for_sums(page.form, set(known))), *_statements(narrated(page), known))
    return tuple(rule for rule in rules if rule.keys and all(key in known for key in rule.keys))


def _sums(form: str) -> Iterator[Rule]:
    """A sum over the columns of one row says nothing where only the total is printed."""
    for found in sums_of(form):
        in_one_row = len({key.rsplit(".", 1)[0] for key in found.keys}) == 1
        yield Rule(found.left, found.right, parts=found.right if in_one_row else ())


def narrated(page: SyntheticPage) -> Mapping[str, Fact]:
    """What the narrative says without contradicting itself."""
    return facts_of([Figure(said.label, said.value, None, "", said.start, said.end, said.basis, 1.0) for said in page.figures])


def _statements(facts: Mapping[str, Fact], known: Iterable[str]) -> Iterator[Rule]:
    applicants = tuple(f"{_RECEIVED}.{name}" for name in APPLICANTS)
    for label, key in CELLS_OF.items():
        if label in facts:
            yield Rule((key,), (), facts[label].value, applicants if key in applicants else ())
    if "requests_organization" in facts:
        yield Rule(applicants[1:], (), facts["requests_organization"].value, applicants)
    for label, prefix in GROUPS_OF.items():
        if label in facts:
            starts = f"requests.{prefix}"
            yield Rule(tuple(key for key in known if key.startswith(starts) and key.endswith(".total")), (), facts[label].value)
    for suffix, column in OUTCOMES.items():
        if f"litigations{suffix}" in facts:
            keys = tuple(f"review_litigation.{row}.{column}" for row in LITIGATION_ROWS)
            yield Rule(keys, (), facts[f"litigations{suffix}"].value)
