"""Reports as an organ would have counted them: every number of the statutory tables, consistent before it is printed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongkai.inference.forms import Block, forms
from gongkai.training.synth.printing import draw_print

Value = int | float
SIZES: Mapping[str, tuple[float, int, int]] = {
    "zero": (0.36, 0, 0),
    "few": (0.42, 1, 20),
    "some": (0.14, 21, 200),
    "many": (0.06, 201, 3000),
    "huge": (0.02, 3001, 12000),
}
"""Name → probability, fewest and most requests received in the year."""

TABLES = ("proactive", "requests", "review_litigation")
APPLICANTS = ("natural_person", "business", "research", "social_org", "legal_service", "other")
_APPLICANT_WEIGHTS = (0.86, 0.07, 0.01, 0.01, 0.03, 0.02)
_RESULT_WEIGHTS: Mapping[str, float] = {
    "granted": 9.0,
    "partially_granted": 1.5,
    "unavailable_not_held": 6.0,
    "unavailable_needs_creation": 0.8,
    "unavailable_still_unclear": 0.8,
    "other_handling": 1.5,
    "other_not_corrected": 1.0,
    "other_other": 1.5,
    "denied_process_information": 0.8,
    "rejected_petition": 0.8,
}
_OUTCOMES = ("upheld", "corrected", "other", "pending")


@dataclass(frozen=True, slots=True)
class Report:
    """One organ's year.

    `blocks` are the blocks of each table in the form that was printed; `truth` holds a number for every cell of them and keeps
    all arithmetic; `cells` is what the organ printed: the same numbers, None where it left the cell blank, and one number off
    (`printed_error`, its key) in a report with a mistake. `signs` says what stands in a blank cell (`/`) if anything does.
    """

    form: str
    year: int
    blocks: Mapping[str, tuple[Block, ...]]
    truth: Mapping[str, Value]
    cells: Mapping[str, Value | None]
    signs: Mapping[str, str]
    printed_error: str | None = None

    def total(self, row: str) -> int:
        """The true total of a row of `requests` or `review_litigation` (`new_received`, `review`), 0 for rows outside the form."""
        table = "review_litigation" if row.startswith(("review", "litigation")) else "requests"
        return int(self.truth.get(f"{table}.{row}.total", 0))

    def group_total(self, group: str) -> int:
        """The true number of requests with a result of `group` (`granted`, `denied`, `unavailable`, `rejected`, `other_handling`)."""
        return sum(self.total(row.key) for block in self.blocks["requests"] for row in block.rows if row.group == group)

    def applicant(self, row: str, column: str) -> int:
        """The true number of requests of `row` by one kind of applicant (`natural_person`, …)."""
        return int(self.truth.get(f"requests.{row}.{column}", 0))

    def outcome(self, rows: Sequence[str], column: str) -> int:
        """The true number of reviews or suits with one outcome (`upheld`, …, `total`) over `rows`."""
        return sum(int(self.truth.get(f"review_litigation.{row}.{column}", 0)) for row in rows)


def draw_report(rng: random.Random, form: str | None = None, size: str | None = None, year: int | None = None) -> Report:
    """A report of `form` (`2019`, `2021` or `mixed`) with about `size` requests (a name of SIZES); what is None is drawn."""
    form = form or rng.choices(("2019", "2021", "mixed"), (0.38, 0.55, 0.07))[0]
    size = size or rng.choices(list(SIZES), [share for share, _, _ in SIZES.values()])[0]
    year = year or _draw_year(rng, form)
    blocks = _draw_blocks(rng, form)
    truth: dict[str, Value] = {
        **_proactive(rng, blocks["proactive"], size),
        **_requests(rng, blocks["requests"][0], rng.randint(*SIZES[size][1:])),
        **_reviews(rng, size),
    }
    order = [f"{table}.{row.key}.{column.key}" for table in TABLES for b in blocks[table] for row in b.rows for column in b.columns]
    truth = {key: truth[key] for key in order}
    printed = draw_print(rng, truth)
    return Report(form, year, blocks, truth, printed.cells, printed.signs, printed.error)


def _draw_year(rng: random.Random, form: str) -> int:
    """A year in which `form` was in force, or now and then one in which it was used too late or too early."""
    if form == "mixed":
        return rng.choice((2020, 2021, 2021, 2022))
    if form == "2019":
        return rng.choice((2019, 2020)) if rng.random() < 0.9 else rng.choice((2021, 2022))
    return rng.randint(2021, 2025) if rng.random() < 0.98 else 2020


def split(rng: random.Random, number: int, weights: Sequence[float]) -> list[int]:
    """`number` things shared out by `weights`; the parts add up to it."""
    if number <= 60:
        drawn = rng.choices(range(len(weights)), weights, k=number)
        return [drawn.count(i) for i in range(len(weights))]
    whole = sum(weights)
    parts = [int(number * weight / whole * rng.uniform(0.7, 1.0)) for weight in weights]
    parts[max(range(len(weights)), key=weights.__getitem__)] += number - sum(parts)
    return parts


def _draw_blocks(rng: random.Random, form: str) -> dict[str, tuple[Block, ...]]:
    """The blocks of every table in `form`; a mixed form takes each block of table 1 and the rows of table 2 from either."""
    old, new = forms()["2019"], forms()["2021"]
    if form != "mixed":
        return {table.key: table.blocks for table in forms()[form].tables}
    count = len(new.table("proactive").blocks)
    choice = [rng.random() < 0.5 for _ in range(count + 1)]
    if len(set(choice)) == 1:
        choice[rng.randrange(count + 1)] ^= True
    pairs = zip(old.table("proactive").blocks, new.table("proactive").blocks, choice, strict=False)
    proactive = tuple(first if is_old else second for first, second, is_old in pairs)
    if choice[count - 1] and rng.random() < 0.7:
        proactive += old.table("proactive").blocks[count:]
    requests = (old if choice[count] else new).table("requests").blocks
    return {"proactive": proactive, "requests": requests, "review_litigation": new.table("review_litigation").blocks}


def _requests(rng: random.Random, block: Block, received: int) -> dict[str, Value]:
    """All cells of table 2, consistent in rows and columns."""
    carried_in = rng.randint(1, max(1, received // 8 + 1)) if rng.random() < (0.06 if not received else 0.28) else 0
    results = block.result_rows()
    weights = [_RESULT_WEIGHTS.get(row, 0.3) * rng.expovariate(1.0) for row in results]
    by_applicant = [weight * rng.uniform(0.3, 2.0) for weight in _APPLICANT_WEIGHTS]
    new, old = split(rng, received, by_applicant), split(rng, carried_in, by_applicant)
    out_share = rng.uniform(0, 0.15) if rng.random() < 0.3 else 0.0
    rows = {row.key: [0] * len(APPLICANTS) for row in block.rows}
    rows["new_received"], rows["carried_in"] = new, old
    for i in range(len(APPLICANTS)):
        incoming = new[i] + old[i]
        left = sum(rng.random() < out_share for _ in range(incoming)) if incoming < 100 else int(incoming * out_share)
        rows["carried_out"][i], rows["handled_total"][i] = left, incoming - left
        for row, part in zip(results, split(rng, incoming - left, weights), strict=True):
            rows[row][i] = part
    return {f"requests.{row}.{column}": n for row, counts in rows.items() for column, n in _with_total(APPLICANTS, counts)}


def _reviews(rng: random.Random, size: str) -> dict[str, Value]:
    """All cells of table 3: mostly zero, more often not for organs with many requests."""
    share, most = {"zero": (0.08, 2), "few": (0.2, 4), "some": (0.5, 9), "many": (0.8, 60), "huge": (0.95, 400)}[size]
    cells: dict[str, Value] = {}
    for row in ("review", "litigation_direct", "litigation_after_review"):
        number = rng.randint(1, most) if rng.random() < share else 0
        weights = [rng.expovariate(1.0) * weight for weight in (4, 1, 2, 1)]
        cells |= {f"review_litigation.{row}.{column}": n for column, n in _with_total(_OUTCOMES, split(rng, number, weights))}
    return cells


def _with_total(columns: Sequence[str], counts: Sequence[int]) -> list[tuple[str, int]]:
    return [*zip(columns, counts, strict=True), ("total", sum(counts))]


def _proactive(rng: random.Random, blocks: Sequence[Block], size: str) -> dict[str, Value]:
    """All cells of table 1, block by block; amounts in 万元, or in 元 from the organs that misread the form."""
    scale = {"zero": 2.0, "few": 3.0, "some": 4.0, "many": 4.6, "huge": 5.0}[size]
    yuan = rng.random() < 0.04
    cells: dict[str, Value] = {}
    for block in blocks:
        for row in block.rows:
            for column in block.columns:
                key = f"proactive.{row.key}.{column.key}"
                cells[key] = _amount(rng, scale, yuan) if column.decimal else _count(rng, row.key, column.key, scale)
    return cells


def _count(rng: random.Random, row: str, column: str, scale: float) -> int:
    """A count of table 1: rare for rules, small for stocks and changes, up to 10^5 for decisions."""
    if column == "change":
        return rng.choice((-1, 1)) * int(10 ** rng.uniform(0, 1.6)) if rng.random() < 0.35 else 0
    zero, most = {"regulations": (0.88, 1.2), "normative_documents": (0.45, 1.6)}.get(row, (0.4, scale))
    if column in ("in_force", "total_disclosed"):
        zero, most = zero - 0.1, most + 0.8
    elif column in ("previous_items", "procurement_items"):
        most = min(most, 2.6)
    elif column == "repealed":
        zero += 0.1
    return 0 if rng.random() < zero else int(10 ** rng.uniform(0, most))


def _amount(rng: random.Random, scale: float, yuan: bool) -> Value:
    if rng.random() < 0.5:
        return 0
    amount = round(10 ** rng.uniform(-1, scale + 1), rng.choice((0, 1, 2, 2, 2, 3, 4, 4)))
    if yuan:
        return round(amount * 10000, 2)
    return int(amount) if amount == int(amount) else amount
