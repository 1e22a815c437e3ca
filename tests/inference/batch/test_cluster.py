"""A run on a Ray cluster of several nodes writes what one machine writes, though a node dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gongkai.inference.batch import Engine, Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import Kind

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]  # Ray's own
ray = pytest.importorskip("ray", reason="the extra ray is not installed")


@pytest.fixture
def cluster(stubs: ModuleType) -> Iterator[Any]:
    from ray.cluster_utils import Cluster  # pyright: ignore[reportMissingImports]

    nodes: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.mortal = nodes.add_node(num_cpus=1)
    nodes.wait_for_nodes()
    ray.init(address=nodes.address, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": str(Path(stubs.__file__ or "").parent)}})
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("part-*") if path.is_file()}


def test_a_node_that_dies_changes_nothing(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType, cluster: Any) -> None:
    source = pages(300, {40: "FAULT", 120: "LEAVE"})
    limits = Limits(30, 512)
    expected = run_batch([str(source)], tmp_path / "one", stubs.poisoned, Settings(Format.PARQUET, 1, limits, shard=50))
    told: list[str] = []

    def kill_a_node(reason: str) -> None:
        """In the middle of the run, once: a node goes and another comes."""
        told.append(reason)
        if len(told) == 1:
            cluster.remove_node(cluster.mortal, allow_graceful=False)
            cluster.add_node(num_cpus=1)

    settings = Settings(Format.PARQUET, 2, limits, shard=50, engine=Engine.RAY)
    counts = run_batch([str(source)], tmp_path / "many", stubs.poisoned, settings, kill_a_node)
    assert counts == expected == {Kind.PROCESSED: 298, Kind.REFUSED: 0, Kind.FAILED: 2}
    assert len(told) == 2
    assert files(tmp_path / "many") == files(tmp_path / "one")
