"""Work in a process of its own, because limits inside solvers do not always hold."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from optimizer.errors import ModelError, TeahorseError

_CONTEXT = "spawn"
"""Not fork: a fork copies the locks of solver threads."""
_START_S = 20.0
"""Allowance for starting Python and importing a solver; not taken from the caller's limit."""


class ChildDied(ModelError):
    """The child process was killed at its deadline, or died."""


class Child:
    """
    A running child process that sends messages back.

    Parameters
    ----------
    target
        Module-level function called as ``target(send, *arguments)`` in the child.
    arguments
        Picklable.
    """

    def __init__(self, target: Callable[..., None], arguments: tuple[object, ...]) -> None:
        context = multiprocessing.get_context(_CONTEXT)
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_child_main, args=(sender, target, arguments), daemon=True
        )
        self._process.start()
        sender.close()
        self._ended = False

    @property
    def is_running(self) -> bool:
        """Whether more messages may come."""
        return not self._ended

    def messages(self, wait_s: float = 0.0) -> list[Any]:
        """
        Messages since the last call; waits up to ``wait_s`` seconds for the first.

        Raises
        ------
        ModelError
            The child raised; its text is passed on.
        """
        found: list[Any] = []
        while not self._ended and self._receiver.poll(0.0 if found else wait_s):
            try:
                kind, payload = self._receiver.recv()
            except EOFError:
                self._ended = True
                break
            if kind == "message":
                found.append(payload)
            elif kind == "error":
                self.stop()
                raise ModelError(payload)
            else:
                self._ended = True
        return found

    def stop(self) -> None:
        """Kill the process if it still runs, and free what it holds."""
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(0.5)
            if self._process.is_alive():
                self._process.kill()
        self._process.join()
        self._receiver.close()
        self._ended = True


def _child_main(
    sender: Connection, target: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    try:
        target(lambda payload: sender.send(("message", payload)), *arguments)
        sender.send(("end", None))
    except TeahorseError as error:
        sender.send(("error", str(error)))
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the parent is gone or stops everything: there is nobody to tell
    finally:
        sender.close()


def run_in_child(
    function: Callable[..., Any], arguments: tuple[object, ...], *, time_s: float
) -> Any:  # noqa: ANN401
    """
    The result of a module-level function called in a child process.

    Parameters
    ----------
    time_s
        Seconds after which the child is killed, counted from when it has started.

    Raises
    ------
    ChildDied
        It took longer, or died.
    ModelError
        The function raised an error of this project.
    """
    child = Child(_call, (function, arguments))
    try:
        deadline = time.monotonic() + _START_S + time_s
        while child.is_running and time.monotonic() < deadline:
            for kind, payload in child.messages(min(0.2, max(0.0, deadline - time.monotonic()))):
                if kind == "started":
                    deadline = time.monotonic() + time_s
                else:
                    return payload
        raise ChildDied("M617 the solver's process ended without an answer")
    finally:
        child.stop()


def _call(
    send: Callable[[object], None], function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    send(("started", None))
    send(("result", function(*arguments)))
