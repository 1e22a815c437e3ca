"""Which kernel is taken on which machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.inference.kernels import choose as choosing
from gongkai.inference.kernels.choose import Kernel, choose, open_network
from gongkai.inference.kernels.cpu import has_exact_int8
from gongkai.model.errors import CheckpointError, ConfigError

AVX2, VNNI = frozenset(("avx2",)), frozenset(("avx2", "avx_vnni"))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without AMX, whatever this one is."""
    monkeypatch.delenv("GONGKAI_KERNEL", raising=False)
    monkeypatch.setattr(choosing, "why_not", lambda _folder: "processor, system or compiler have no AMX")


def _flags(monkeypatch: pytest.MonkeyPatch, flags: frozenset[str]) -> None:
    monkeypatch.setattr(choosing, "cpu_flags", lambda: flags)


def test_amx_where_there_is_amx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(choosing, "why_not", lambda _folder: None)
    assert choose(tmp_path).kernel is Kernel.AMX


def test_int8_where_there_is_vnni(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _flags(monkeypatch, VNNI)
    found = choose(tmp_path)
    assert found.kernel is Kernel.INT8
    assert found.reason == "the processor multiplies int8 exactly; no AMX: processor, system or compiler have no AMX"


def test_fp32_where_sums_of_int8_would_saturate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _flags(monkeypatch, AVX2)
    assert choose(tmp_path).kernel is Kernel.INT8
    (tmp_path / "model.fp32.onnx").write_bytes(b"")
    assert choose(tmp_path).kernel is Kernel.FP32


def test_int8_where_the_system_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    _flags(monkeypatch, frozenset())
    assert choose(tmp_path).reason == "the system does not say what the processor can do"


def test_every_mac_with_an_arm_multiplies_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert has_exact_int8(frozenset()) is True


def test_the_variable_overrules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_KERNEL", "fp32")
    assert choose(tmp_path).kernel is Kernel.FP32
    monkeypatch.setenv("GONGKAI_KERNEL", "fp16")
    with pytest.raises(ConfigError, match=r"GONGKAI_KERNEL='fp16': no kernel; there are amx, int8, fp32"):
        choose(tmp_path)


def test_amx_that_is_asked_for_in_vain_says_why(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be computed on AMX here: processor, system or compiler have no AMX"):
        open_network(tmp_path, kernel=Kernel.AMX)
