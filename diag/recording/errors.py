"""The one error of this room."""


class RecordingError(Exception):
    """A recording cannot be written or read: what happened, and what to do about it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the 1-based `line` of the file the message is about, if there is one."""
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line
