"""What the server tells Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from gongkai.inference.serve.desk import Desk

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    """Counts of one server."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.answers = Counter("gongkai_answers", "Requests to /extract by HTTP status.", ["status"], registry=self._registry)
        self.seconds = Histogram("gongkai_seconds", "From a request's arrival to its answer.", buckets=_SECONDS, registry=self._registry)
        waiting = Gauge("gongkai_waiting", "Documents that are not answered yet.", registry=self._registry)
        waiting.set_function(lambda: desk.n_waiting)
        workers = Gauge("gongkai_workers", "Workers with their model loaded.", registry=self._registry)
        workers.set_function(lambda: desk.n_workers)

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self._registry)
