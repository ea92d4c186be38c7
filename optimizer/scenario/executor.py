"""Where independent pieces of work run: here, in local processes, or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol, TypeVar

from optimizer.errors import Finding, InputError

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

MAX_ATTEMPTS = 3
RAY_ADDRESS = "TEAHORSE_RAY_ADDRESS"
RAY_TOKEN = "TEAHORSE_RAY_TOKEN"  # noqa: S105  (the name of a variable)

_shared: Any = None


class Executor(Protocol):
    """Runs a function over tasks; what all of them need is handed over once."""

    def map(
        self, function: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result]]:
        """
        Results with the number of their task, in the order in which they are ready.

        A task whose worker dies is tried again, so it has to be harmless to run twice.
        """
        ...


class Serial:
    """One task after the other, in this process."""

    def map(
        self, function: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result]]:
        """Results in the order of the tasks."""
        for number, task in enumerate(tasks):
            yield number, function(shared, task)


class LocalProcesses:
    """
    Fresh processes on this machine.

    Parameters
    ----------
    n_processes
        At least 1.
    """

    def __init__(self, n_processes: int) -> None:
        self._n_processes = n_processes

    def map(
        self, function: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result]]:
        """
        Results as they are ready.

        Raises
        ------
        BrokenProcessPool
            Workers died three times over the same tasks.
        """
        left, attempts = list(range(len(tasks))), 0
        while left:
            try:
                for number, result in self._round(function, shared, tasks, left):
                    left.remove(number)
                    attempts = 0
                    yield number, result
            except BrokenProcessPool:
                # A worker was killed, which takes its pool along; what is finished stays finished.
                attempts += 1
                if attempts == MAX_ATTEMPTS:
                    raise

    def _round(
        self,
        function: Callable[[Shared, Task], Result],
        shared: Shared,
        tasks: Sequence[Task],
        left: Sequence[int],
    ) -> Iterator[tuple[int, Result]]:
        # Spawned, not forked: numba and solver threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            self._n_processes, mp_context=context, initializer=_keep, initargs=(shared,)
        )
        try:
            running: dict[Future[Result], int] = {
                pool.submit(_call, function, tasks[number]): number for number in left
            }
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class RayCluster:
    """
    A Ray cluster, for when one machine is outgrown.

    Parameters
    ----------
    address
        As ``ray.init`` takes it.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def map(
        self, function: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result]]:
        """Results as they are ready; Ray runs a task again whose node is gone."""
        import ray  # pyright: ignore[reportMissingImports]

        if not ray.is_initialized():
            ray.init(address=self._address, log_to_driver=False)
        kept = ray.put(shared)
        remote = ray.remote(max_retries=MAX_ATTEMPTS, num_cpus=1)(function)
        running = {remote.remote(kept, task): number for number, task in enumerate(tasks)}
        while running:
            done, _ = ray.wait(list(running), num_returns=1)
            for one in done:
                yield running.pop(one), ray.get(one)


def choose_executor(n_processes: int) -> Executor:
    """
    The executor that the environment asks for.

    Raises
    ------
    InputError
        C516: a Ray address without a token, or without Ray.
    """
    address = os.environ.get(RAY_ADDRESS, "")
    if not address:
        return Serial() if n_processes <= 1 else LocalProcesses(n_processes)
    if not os.environ.get(RAY_TOKEN):
        raise InputError(
            Finding(
                code="C516",
                what="a Ray cluster is only used with a token",
                where=RAY_ADDRESS,
                value=address,
                remedy=f"set {RAY_TOKEN}, and start the cluster with token authentication",
            )
        )
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise InputError(
            Finding(
                code="C516",
                what="Ray is not installed",
                where=RAY_ADDRESS,
                value=address,
                remedy="install teahorse[ray], or unset the address",
            )
        )
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", os.environ[RAY_TOKEN])
    return RayCluster(address)


def _keep(shared: object) -> None:
    global _shared  # noqa: PLW0603  (what a worker process was given at its start)
    _shared = shared


def _call(function: Callable[[Any, Task], Result], task: Task) -> Result:
    return function(_shared, task)
