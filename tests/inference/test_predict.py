import sys
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.predict import Predictor, WindowSettings, window_settings
from gongkai.model.errors import CheckpointError
from gongkai.model.types import Page
from gongkai.training.tiny import random_checkpoint

TEXT = "二、收到和处理政府信息公开申请情况\n本年新收政府信息公开申请数量 5 0 0 0 0 0 5\n全年未发生行政复议、行政诉讼。" * 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("predict"))


@pytest.fixture(scope="module")
def predictor(folder: Path) -> Predictor:
    return Predictor.from_folder(folder, threads=1)


def test_package_settings() -> None:
    assert window_settings() == WindowSettings(window=254, overlap=64)


def test_random_weights_label_something(predictor: Predictor) -> None:
    (page,) = predictor.label([Page("a", TEXT)])
    assert page.page == Page("a", TEXT)
    assert page.spans
    assert all(0 < span.score <= 1 and page.text_of(span).strip() == page.text_of(span) for span in page.spans)


def test_a_page_is_labelled_the_same_alone_and_among_others(predictor: Predictor) -> None:
    pages = [Page("a", TEXT), Page("b", TEXT[50:400]), Page("c", ""), Page("d", "无")]
    together = predictor.label(pages)
    assert together == [predictor.label([page])[0] for page in pages]
    assert together == predictor.label(pages[::-1])[::-1]
    assert together[2].spans == ()


def test_threads_change_nothing(predictor: Predictor, folder: Path) -> None:
    page = Page("a", TEXT)
    assert Predictor.from_folder(folder, threads=2).label([page]) == predictor.label([page])


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=600))
def test_any_text_can_be_labelled(predictor: Predictor, text: str) -> None:
    (page,) = predictor.label([Page("a", text)])
    assert page.page.text == text


def test_windows_must_fit_the_encoder(folder: Path) -> None:
    with pytest.raises(CheckpointError, match=r"reads at most 298 tokens at a time, not windows of 299"):
        Predictor.from_folder(folder, settings=WindowSettings(window=299, overlap=0))


def test_an_encoder_with_less_room_is_read_with_shorter_windows() -> None:
    settings = WindowSettings(window=256, overlap=64)
    assert settings.at_most(510) == settings
    assert settings.at_most(126) == WindowSettings(window=126, overlap=31)


def test_a_network_that_cannot_be_opened_is_named(folder: Path, tmp_path: Path) -> None:
    from gongkai.inference.kernels.onnx import open_session

    path = tmp_path / "model.int8.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(CheckpointError, match=r"model\.int8\.onnx: onnxruntime cannot open it"):
        open_session(path)


def test_run_time_needs_neither_torch_nor_transformers() -> None:
    code = "import sys, gongkai.inference.predict; sys.exit(bool({'torch', 'transformers', 'pandas'} & set(sys.modules)))"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
