"""Virtual time: tasks that say until when they sleep, and a clock that jumps there."""

import math
from collections.abc import Callable, Generator
from typing import Final

FOREVER: Final = math.inf
"""Sleep until something happens."""

Steps = Generator[float, None, None]
"""A task: yields the virtual time until which it sleeps; wakes then, or at a signal."""


class _Task:
    __slots__ = ("deadline", "steps")

    def __init__(self, steps: Steps, deadline: float) -> None:
        self.steps = steps
        self.deadline = deadline


class Kernel:
    """Runs tasks in virtual time, in an order that depends on nothing but time and birth."""

    def __init__(self) -> None:
        """Start at time 0 without tasks."""
        self.now = 0.0
        self._tasks: list[_Task] = []

    def start(self, steps: Steps, at: float | None = None) -> None:
        """Add a task that takes its first step at a time (default: now)."""
        self._tasks.append(_Task(steps, self.now if at is None else at))

    def stop_all(self) -> None:
        """Forget every task, as a reset does."""
        self._tasks = []

    def signal(self) -> None:
        """Wake every task so that it looks at what it waits for."""
        for task in self._tasks:
            task.deadline = min(task.deadline, self.now)

    def sleep(self, seconds: float) -> Steps:
        """Sleep the whole of these seconds, whatever happens."""
        end = self.now + seconds
        while self.now < end:
            yield end

    def pause(self, seconds: float, broken: Callable[[], bool]) -> Generator[float, None, bool]:
        """Sleep until the seconds are over or `broken()` holds; return whether it does."""
        end = self.now + seconds
        while self.now < end and not broken():
            yield end
        return broken()

    @property
    def next(self) -> float:
        """The time at which the next task wakes."""
        return min((task.deadline for task in self._tasks), default=FOREVER)

    def run(self, until: float, stopped: Callable[[], bool]) -> None:
        """Let time pass up to `until`, or up to the moment at which `stopped()` holds."""
        while not stopped():
            task = min(self._tasks, key=lambda task: task.deadline, default=None)
            if task is None or task.deadline > until:
                self.now = max(self.now, until)
                return
            self.now = max(self.now, task.deadline)
            try:
                task.deadline = next(task.steps)
            except StopIteration:
                if task in self._tasks:
                    self._tasks.remove(task)
