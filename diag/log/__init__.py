"""From bytes of a device log to typed events.

Bytes may come in any chunking; the events are the same. Lines that say nothing
about a Photon's network become one `foreign` event a run, with its byte range.
"""

from diag.log.events import Event, Kind
from diag.log.reader import LogReader

__all__ = ["Event", "Kind", "LogReader"]
