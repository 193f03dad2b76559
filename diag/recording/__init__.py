"""Recordings of sessions: an append-only text file that reads back after any crash.

The format is asciicast v2 with additions (see `format`), so that `asciinema play` shows a
recording and a person can read it. This room knows bytes, facts and markers; what they
mean is for others.
"""

from diag.recording.errors import RecordingError
from diag.recording.format import Decoder, Encoder, visible
from diag.recording.header import (
    FORMAT,
    Header,
    Origin,
    decode_header,
    encode_header,
    is_recording,
)
from diag.recording.player import pace
from diag.recording.reader import Reader
from diag.recording.writer import Recorder

__all__ = [
    "FORMAT",
    "Decoder",
    "Encoder",
    "Header",
    "Origin",
    "Reader",
    "Recorder",
    "RecordingError",
    "decode_header",
    "encode_header",
    "is_recording",
    "pace",
    "visible",
]
