"""The likeliest text whose bytes, one late, print a given run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gongkai.inference.normalise.gb import is_pair, printed
from gongkai.inference.normalise.halves import behind_hidden, between_hidden, halves, likelihood

Pair = tuple[int, int]
_BEAM = 6
_FEW = 6
_HOPELESS = 40.0
# A whole character that follows at this many bits is right: nothing was hidden between.
_GOOD = 7.0
# A character between two hidden pairs is made up from its neighbours alone, so it must be worth it.
_INVENTED = 2.0
# A character of which neither half is printed: any other could stand for it.
UNSURE = ("",)


@dataclass(frozen=True, slots=True)
class Run:
    """A run behind its `?`: the bytes that each character may have been, the character that ends it, and the classes round it.

    `closing` is a character in the ASCII range that holds the last trail byte, `?` for one lost, or empty.
    """

    pairs: tuple[tuple[Pair, ...], ...]
    closing: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A character read, whose first byte was in the run's source characters `place` to `end` (0 is the `?`).

    `others` holds every character that fits the half that is known; it is empty for a character known whole.
    """

    character: str
    place: int
    end: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a run says, with its score in bits, and how many of its characters it took to say it."""

    guesses: tuple[Guess, ...]
    score: float
    used: int


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    guess: Guess
    previous: _State | None
    pending: int
    used: int

    def guesses(self) -> tuple[Guess, ...]:
        found: list[Guess] = []
        state: _State | None = self
        while state is not None:
            found.append(state.guess)
            state = state.previous
        return tuple(reversed(found))


def read_run(run: Run, floor: Sequence[float]) -> Reading | None:
    """The likeliest reading, or None where the bytes allow none or the text as it stands (`floor`, bits a character) is far likelier."""
    beam: list[_State] = []
    plain = 0.0
    for index, pairs in enumerate(run.pairs):
        plain += floor[index]
        states = _first_states(run, pairs) if index == 0 else (s for state in beam for pair in pairs for s in _next(state, pair, index + 1))
        beam = _best(states)
        if not beam or beam[0].score < plain - _HOPELESS:
            return None
        done = [state for state in beam if state.pending < 0x80]
        if done and done[0] is beam[0]:
            return _finished(done[0])
    return _finished(_best(s for state in beam for s in _closed(state, run))[0]) if beam else None


def _finished(state: _State) -> Reading:
    return Reading(state.guesses(), state.score, state.used)


def _best(states: Iterable[_State]) -> list[_State]:
    """The likeliest states, one for each last character and pending byte."""
    kept: dict[tuple[str, int], _State] = {}
    for state in states:
        key = state.guess.character, state.pending
        if key not in kept or kept[key].score < state.score:
            kept[key] = state
    return sorted(kept.values(), key=lambda s: (-s.score, s.guess.character, s.pending))[:_BEAM]


def _first_states(run: Run, pairs: tuple[Pair, ...]) -> Iterator[_State]:
    for trail, pending in pairs:
        fits = halves().by_trail.get(trail, ())
        others = tuple(character for character, _ in fits)
        for character in others:
            yield _State(likelihood(run.before, character), Guess(character, 0, 1, others), None, pending, 1)


def _next(state: _State, pair: Pair, used: int) -> Iterator[_State]:
    """What may follow: a character known whole, or two round a pair that printed nothing, or three round two such pairs."""
    if state.pending < 0x80:
        return
    whole = _whole(state, pair, used)
    if whole is not None:
        yield whole
        if whole.score > state.score - _GOOD:
            return
    for middle, hidden in _opened(state, used - 1):
        yield from _behind(middle, hidden, pair, used)
        for inner, inner_hidden, score in between_hidden(middle.guess.character, hidden)[:_FEW]:
            guess = Guess(inner, used - 1, used, UNSURE)
            yield from _behind(_State(middle.score + score - _INVENTED, guess, middle, 0, used), inner_hidden, pair, used)


def _whole(state: _State, pair: Pair, used: int) -> _State | None:
    trail, pending = pair
    if not is_pair(state.pending, trail):
        return None
    character = halves().whole.get((state.pending, trail)) or printed(state.pending, trail)
    if not character:
        return None
    return _State(state.score + likelihood(state.guess.character, character), Guess(character, used - 1, used), state, pending, used)


def _opened(state: _State, place: int) -> list[tuple[_State, int]]:
    """The likeliest characters that begin with the pending byte, each with its other byte."""
    fits = halves().by_lead.get(state.pending, ())
    others = tuple(character for character, _ in fits)
    scored = sorted(((state.score + likelihood(state.guess.character, c), c, trail) for c, trail in fits), key=lambda s: (-s[0], s[1]))
    return [(_State(score, Guess(c, place, place + 1, others), state, 0, place), trail) for score, c, trail in scored[:_FEW]]


def _behind(state: _State, hidden: int, pair: Pair, used: int) -> Iterator[_State]:
    """Characters that end with the pair's first byte, behind a pair that printed nothing."""
    trail, pending = pair
    fits = behind_hidden(hidden, trail)
    for character in fits:
        score = state.score + likelihood(state.guess.character, character)
        yield _State(score, Guess(character, used - 1, used, fits), state, pending, used)


def _closed(state: _State, run: Run) -> list[_State]:
    """The run's last character: whole with a closing byte, half known without."""
    used = len(run.pairs)
    end = used + 1 + len(run.closing)
    if run.closing and run.closing not in "?\ufffd":
        pair = (ord(run.closing), 0)
        return [_State(s.score, replace(s.guess, end=end), s.previous, 0, used) for s in _next(state, pair, used + 1)] or [state]
    fits = halves().by_lead.get(state.pending, ())
    others = tuple(character for character, _ in fits)
    return [
        _State(state.score + likelihood(state.guess.character, c) + likelihood(c, run.after), Guess(c, used, end, others), state, 0, used)
        for c in others
    ] or [state]
