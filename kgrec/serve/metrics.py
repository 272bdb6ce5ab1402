"""What Prometheus is told."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from kgrec.serve.state import Now

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """Counts of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kgrec_requests_total",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "kgrec_request_seconds",
            "How long requests took.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._answers = Counter(
            "kgrec_answers_total",
            "Lists that were kept (hit) or had to be made (miss).",
            ("cache",),
            registry=self.registry,
        )
        self._hits, self._misses = self._answers.labels("hit"), self._answers.labels("miss")
        self._events = Counter(
            "kgrec_events_total", "Events that were taken.", registry=self.registry
        )
        self._run = Gauge(
            "kgrec_run_info",
            "Which run is served: its value is 1.",
            ("run",),
            registry=self.registry,
        )
        self._gauges = {
            name: Gauge(f"kgrec_{name}", text, registry=self.registry)
            for name, text in (
                ("graph_version", "Version of the graph that is served."),
                ("events_pending", "Events that are not yet in the graph."),
                ("answers_kept", "Answers that are kept."),
                ("users_prepared", "Users for whom an answer was made beforehand."),
            )
        }

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    def answer(self, *, hit: bool) -> None:
        """A list was kept, or had to be made."""
        (self._hits if hit else self._misses).inc()

    def events(self, count: int) -> None:
        """Events were taken."""
        self._events.inc(count)

    def text(self, now: Now, prepared: int) -> bytes:
        """All of it, in Prometheus' text format."""
        self._run.clear()
        self._run.labels(now.served.run).set(1)
        values = {
            "graph_version": now.served.rec.graph.version,
            "events_pending": len(now.pending.events),
            "answers_kept": len(now.served.answers),
            "users_prepared": prepared,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        return bytes(generate_latest(self.registry))
