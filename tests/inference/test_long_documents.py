"""Nothing of a long page is cut off, and no figure is lost where two windows meet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.kernels.network import Ids, Scores
from gongkai.inference.predict import Predictor, WindowSettings
from gongkai.model.checkpoint import Checkpoint, load_checkpoint
from gongkai.model.types import Page, Span
from gongkai.model.vocabulary import CharacterVocabulary
from gongkai.training.tiny import random_checkpoint

STATEMENT = re.compile(r"共收到申请(\d+)件")
SENTENCE = "2023年,本机关共收到政府信息公开申请137件,办结136件,结转下年度继续办理1件。"
PROSE = "我局高度重视政府信息公开工作,进一步健全制度,明确责任,加强队伍建设,不断提升公开的质量和实效,切实保障群众的知情权。"
LONG = 100_000


@dataclass(frozen=True)
class Reader:
    """A network that sees a number only if all of the statement it is part of stands in the window."""

    tags: tuple[str, ...]
    characters: Mapping[int, str]

    def run(self, windows: Iterable[Ids]) -> Iterator[Scores]:
        return map(self._scores, windows)

    def _scores(self, ids: Ids) -> Scores:
        text = "".join(self.characters.get(number, "\x00") for number in ids.tolist())
        logits = np.zeros((len(ids), len(self.tags)), dtype=np.float32)
        logits[:, 0] = 4.0
        begin = self.tags.index("B-requests_received")
        for match in STATEMENT.finditer(text):
            logits[match.start(1), begin] = logits[match.start(1) + 1 : match.end(1), begin + 1] = 8.0
        return logits


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return load_checkpoint(random_checkpoint(tmp_path_factory.mktemp("long")))


def reader(checkpoint: Checkpoint, window: int, overlap: int) -> Predictor:
    vocabulary = checkpoint.vocabulary
    assert isinstance(vocabulary, CharacterVocabulary)
    network = Reader(checkpoint.tags, {number: character for character, number in vocabulary.id_of.items()})
    return Predictor(checkpoint, network, WindowSettings(window=window, overlap=overlap))


def found(predictor: Predictor, text: str) -> list[str]:
    (page,) = predictor.label([Page("", text)])
    return [page.text_of(span) for span in page.spans]


@pytest.mark.parametrize(("window", "overlap"), [(32, 24), (48, 24), (64, 32)])
def test_a_figure_is_found_at_every_offset_of_a_window(checkpoint: Checkpoint, window: int, overlap: int) -> None:
    """Half an overlap on either side of every character is in the window that decides about it; the statement needs no more."""
    predictor = reader(checkpoint, window, overlap)
    after = "的" * window
    for offset in range(3 * window):
        text = "我" * offset + "共收到申请12345件" + after
        (page,) = predictor.label([Page("", text)])
        assert page.spans == (Span(offset + 5, offset + 10, "requests_received", page.spans[0].score),), f"offset {offset}"


def test_the_stub_sees_no_further_than_its_window(checkpoint: Checkpoint) -> None:
    """Without overlap, figures on borders are lost: the test above can fail."""
    predictor = reader(checkpoint, 32, 0)
    lost = [offset for offset in range(64) if not found(predictor, "我" * offset + "共收到申请12345件" + "的" * 32)]
    assert lost


def test_a_page_of_100_000_characters_is_read_to_its_end(checkpoint: Checkpoint) -> None:
    parts = [f"{PROSE}共收到申请{number}件。\n" for number in range(LONG // len(PROSE))]
    text = "".join(parts)[: LONG - 10] + "共收到申请99件。"
    assert LONG - 10 < len(text) <= LONG
    figures = Extractor(reader(checkpoint, 256, 64))(text).figures
    stated = [match.span(1) for match in STATEMENT.finditer(text)]
    assert [(figure.start, figure.end) for figure in figures] == stated
    assert figures[-1].end == len(text) - 2
    assert len(figures) > 1400


def test_the_shipped_model_finds_a_figure_at_every_offset(shipped_extractor: Extractor) -> None:
    """Small windows, so that many borders are met: their positions repeat after window - overlap characters."""
    labeller = shipped_extractor.labeller
    assert isinstance(labeller, Predictor)
    predictor = Predictor(labeller.checkpoint, labeller.network, WindowSettings(window=96, overlap=64))
    before, after = (PROSE * 2)[:100], PROSE * 2
    for offset in range(32):
        spans = found(predictor, before[: 60 + offset] + SENTENCE + after)
        assert spans == ["137", "136", "1"], f"offset {offset}"


@pytest.mark.slow
def test_the_shipped_model_with_its_own_windows(shipped_extractor: Extractor) -> None:
    for offset in range(192):
        text = (PROSE * 5)[-offset - 1 :] + SENTENCE + PROSE * 5
        assert [figure.value for figure in shipped_extractor(text).figures] == [137, 136, 1], f"offset {offset}"


@pytest.mark.slow
def test_the_shipped_model_reads_100_000_characters_to_the_end(shipped_extractor: Extractor) -> None:
    text = PROSE * (LONG // len(PROSE)) + SENTENCE
    assert [figure.value for figure in shipped_extractor(text).figures][-3:] == [137, 136, 1]


def test_a_file_of_100_000_characters_is_not_cut_short(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from gongkai.inference.read.sources import find_documents

    path = tmp_path / "long.txt"
    path.write_text("我" * LONG + "共收到申请7件", encoding="utf-8")
    (source,) = find_documents([str(path)], warn=print)
    figures = Extractor(reader(checkpoint, 256, 64)).extract(source.load()).figures
    assert [(figure.value, figure.start) for figure in figures] == [(7, LONG + 5)]
