"""What is written down of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.inference.batch.jobs import Kind, Outcome
from gongkai.inference.batch.ledger import Ledger
from gongkai.inference.batch.progress import Progress


def outcome(position: int, kind: Kind = Kind.PROCESSED) -> Outcome:
    done = kind is Kind.PROCESSED
    return Outcome(position, f"页{position}", kind, None if done else "why", b"content" if done else None)


def test_shards_are_open_until_sealed(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite", shard=2) as ledger:
        for position in (3, 0, 1):
            ledger.record(outcome(position))
        assert ledger.open_shards() == {0: 2, 1: 1}
        assert [one.position for one in ledger.outcomes(0)] == [0, 1]
        ledger.seal(0, keep=False)
    with Ledger(tmp_path / "l.sqlite", shard=2) as ledger:
        assert ledger.open_shards() == {1: 1}
        assert list(ledger.outcomes()) == [Outcome(0, "页0", Kind.PROCESSED), Outcome(1, "页1", Kind.PROCESSED), outcome(3)]
        assert (ledger.source_at(1), ledger.source_at(2), ledger.after(2), ledger.after(4)) == ("页1", None, "页3", None)


def test_counts(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite", shard=10) as ledger:
        for position, kind in enumerate((Kind.REFUSED, Kind.PROCESSED, Kind.FAILED, Kind.PROCESSED)):
            ledger.record(outcome(position, kind))
        assert ledger.counts() == {Kind.PROCESSED: 2, Kind.REFUSED: 1, Kind.FAILED: 1}
        assert ledger.n_done() == 4


def test_a_document_is_recorded_once_and_whole(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite", shard=10) as ledger:
        ledger.record(outcome(0))
        with pytest.raises(Exception, match="UNIQUE"):
            ledger.record(outcome(0))
        assert ledger.n_done() == 1


def test_finished_runs_keep_no_contents(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite", shard=1) as ledger:
        ledger.record(outcome(0))
        ledger.seal(0, keep=True)
        assert [one.content for one in ledger.outcomes()] == [b"content"]
        assert not ledger.finished
        ledger.finish()
        assert ledger.finished
        assert [one.content for one in ledger.outcomes()] == [None]


def test_the_line_of_progress() -> None:
    progress = Progress(1000, lambda: range(5000), print)
    for kind in (Kind.PROCESSED, Kind.PROCESSED, Kind.FAILED, Kind.REFUSED):
        progress.advance(kind)
    assert progress.line(2.0) == "1,004 documents, 2.0 a second, 1 refused, 1 failed"
    progress._count(lambda: range(5000))
    assert progress.line(2.0) == "1,004 of 5,000 documents, 2.0 a second, 33 min 18 s left, 1 refused, 1 failed"
