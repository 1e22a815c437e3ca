"""Digits with nothing between them, cut into numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from gongkai.inference.assemble.candidates import Candidate
from gongkai.inference.assemble.layout import Slot, Slots
from gongkai.inference.assemble.tokens import Kind, Token

_MOST_DIGITS = 24
_MOST_CUTS = 4000


def glued_placements(printed: Slots, columns: int, zeros_printed: bool) -> tuple[Candidate, ...]:
    """Every way to cut the glued digits of a line into one number a column, without leading zeros; none if that is hopeless.

    Unless the table is known to print its zeros (`zeros_printed`), blank cells may hide between the numbers; then only digits
    that cannot be fewer numbers are cut.
    """
    digits = run_of_digits(printed)
    first = next((slot.token for slot in printed.slots if slot.token is not None), None)
    if first is None or not digits:
        return ()
    if not zeros_printed and any(next(_cuts(digits, fewer), None) for fewer in range(1, columns)):
        return ()
    cuts = list(islice(_cuts(digits, columns), _MOST_CUTS + 1))
    return tuple(_candidate(first, cut) for cut in cuts) if len(cuts) <= _MOST_CUTS else ()


def run_of_digits(printed: Slots) -> str:
    """The digits of a line with nothing between them, or nothing if the line is anything else."""
    tokens = [slot.token for slot in printed.slots if slot.token is not None]
    digits = "".join(token.text for token in tokens)
    whole = bool(tokens) and digits.isdigit() and tokens[-1].end - tokens[0].start == len(digits)
    return digits if whole and len(digits) <= _MOST_DIGITS else ""


def is_glued(printed: Slots, columns: int) -> bool:
    """Whether the only cell of a line holds at least as many digits as the line has columns."""
    return sum(slot.token is not None for slot in printed.slots) == 1 and len(run_of_digits(printed)) >= columns


def prints_zeros(lines: Iterable[Slots], columns: int) -> bool:
    """Whether the table prints its zeros: some line is a zero for every column, and every line can be cut so that its last
    number is the sum of the others.
    """
    runs = [run for line in lines if (run := run_of_digits(line))]
    return "0" * columns in runs and all(_adds_up(run, columns) for run in runs)


def _adds_up(run: str, columns: int) -> bool:
    """Whether some cut of a run into one number a column has the sum of the others as its last one."""
    wholes = ((run[:place], run[place:]) for place in range(columns - 1, len(run)))
    return any(_adds_up_to(parts, columns - 1, int(whole)) for parts, whole in wholes if whole == "0" or whole[0] != "0")


def _adds_up_to(digits: str, parts: int, total: int) -> bool:
    """Whether digits can be cut into so many numbers that add up to `total`."""
    if parts == 1:
        return digits == str(total)
    longest = 1 if digits[0] == "0" else min(len(digits) - parts + 1, len(str(total)))
    firsts = ((int(digits[:size]), digits[size:]) for size in range(1, longest + 1))
    return any(_adds_up_to(rest, parts - 1, total - first) for first, rest in firsts if first <= total)


def _cuts(digits: str, parts: int) -> Iterator[tuple[str, ...]]:
    if parts == 1:
        if len(digits) == 1 or (digits and digits[0] != "0"):
            yield (digits,)
        return
    longest = 1 if digits[:1] == "0" else len(digits) - parts + 1
    for size in range(1, longest + 1):
        for rest in _cuts(digits[size:], parts - 1):
            yield (digits[:size], *rest)


def _candidate(first: Token, cut: tuple[str, ...]) -> Candidate:
    slots: list[Slot] = []
    position = first.start
    for number in cut:
        token = Token(Kind.VALUE, position, position + len(number), number, "value", first.score)
        slots.append(Slot(token, position))
        position += len(number)
    return Candidate.of(slots, [int(number) for number in cut])
