"""Logs of join attempts as a device prints them, and what the tracker makes of them."""

from diag.join import History, JoinTracker
from diag.log import LogReader


def line(ms: int, text: str, level: str = "TRACE", category: str = "hal.wlan") -> str:
    """One line of a release build's log."""
    return f"{ms:010d} [{category}] {level}: {text}\r\n"


def system(ms: int, text: str) -> str:
    """One line of the system, which custom builds and old releases print."""
    return line(ms, text, "INFO", "system")


def prepared(ms: int, started: int | None = 0, heap: int = 46648) -> str:
    """The supplicant before a join; None when it is not said to have started."""
    text = line(ms, f"Free RAM before suppl: {heap}") + line(ms + 1, "Starting supplicant")
    if started is None:
        return text
    text += line(ms + 32, f"Supplicant started {started}")
    return text + line(ms + 32, f"Free RAM after suppl: {heap - 11384}")


def joining(ms: int, ssid: str = "net", heap: int = 35264) -> str:
    """The start of a join."""
    return line(ms, f"Joining {ssid}", "INFO") + line(ms, f"Free RAM connect: {heap}")


def failed(ms: int, code: int) -> str:
    """The result line, which a failure alone has."""
    return line(ms, f"wiced_join_ap_specific(), result: {code}", "ERROR")


def stopped(ms: int, heap: int = 46584) -> str:
    """The supplicant after a join, failed or not."""
    text = line(ms, "Stopping supplicant") + line(ms + 3, "Supplicant stopped")
    return text + line(ms + 3, f"Free RAM after suppl stop: {heap}")


def up(ms: int, how: str = "DHCP") -> str:
    """The network interface after a join that succeeded."""
    return line(ms, f"Bringing WiFi interface up with {how}", "INFO")


def attempt(ms: int, code: int | None, took: int = 800, ssid: str = "net") -> str:
    """A whole attempt of an Enterprise network; without a code it succeeds."""
    text = prepared(ms) + joining(ms + 33, ssid)
    if code is not None:
        text += failed(ms + 33 + took, code)
    return text + stopped(ms + 33 + took)


def track(log: str, tracker: JoinTracker | None = None) -> History:
    """Return what a log says of joins."""
    tracker = tracker or JoinTracker()
    reader = LogReader()
    tracker.feed(reader.feed(log.encode()))
    tracker.feed(reader.close())
    return tracker.history()
