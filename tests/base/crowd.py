"""Many callers at once: real threads and real processes, let off together."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections


def in_threads(count: int, function: Callable[[], Any]) -> list[Any]:
    """Run it in so many threads that start together; return what they returned."""
    gate = threading.Barrier(count, timeout=20)

    def run() -> Any:
        try:
            gate.wait()
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run) for _ in range(count)]]


def in_processes(count: int, function: Callable[[], Any]) -> list[Any]:
    """Run it in so many processes that start together; return what they returned (it must pickle)."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(count, timeout=20)
    answers = context.SimpleQueue()

    def run() -> None:
        gate.wait()
        answers.put(function())
        connections.close_all()

    # A connection, and a pool with its threads, must not be shared with a child.
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    children = [context.Process(target=run) for _ in range(count)]
    for child in children:
        child.start()
    found = [answers.get() for _ in children]
    for child in children:
        child.join(20)
        assert child.exitcode == 0
    return found
