"""Lets a task's clock run faster over a real port, as the device behind it does."""

from diag.device.transport import Transport


class Paced:
    """A transport whose seconds are so many times shorter."""

    def __init__(self, inner: Transport, factor: float) -> None:
        self._inner = inner
        self._factor = factor
        self.name = inner.name

    def now(self) -> float:
        return self._inner.now() * self._factor

    def read(self, timeout: float) -> bytes:
        return self._inner.read(timeout / self._factor)

    def write(self, data: bytes) -> None:
        self._inner.write(data)

    def touch(self, baud: int) -> None:
        self._inner.touch(baud)

    def close(self) -> None:
        self._inner.close()
