"""What the chip reports while it tries one network: timed events with seeded jitter.

Kinds, status words and what they do come from device-facts 4.2; which of them follow each
other, after how long and how often is inferred from 4.4, 4.5 and knowledge 0.2 and 5.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from diag.simulator.credentials import Credentials
from diag.simulator.join import (
    REASON_TIMEOUT,
    SUP_DISCONNECTED,
    SUP_KEYED,
    SUP_WAIT_M3,
    WAIT,
    Event,
    Kind,
    Status,
)
from diag.simulator.scenario import AccessPoint
from diag.simulator.server import Ending, Outcome, Stage
from diag.simulator.traits import Traits

_STAGE_SECONDS: Final = {
    Stage.IDENTITY: (0.08, 0.5),
    Stage.HELLO: (0.25, 0.9),
    Stage.TUNNEL: (0.9, 2.4),
}
"""How long a login takes to that point; the slow part is RSA on the device (4.5)."""
_FAINT: Final = -92
_CLEAR: Final = -78


@dataclass(frozen=True, slots=True)
class Air:
    """The access points around the device, and the dice."""

    points: tuple[AccessPoint, ...]
    random: Random

    def reach(self, point: AccessPoint) -> float:
        """How likely a frame of this access point gets through, from 0 to 1."""
        return min(0.995, max(0.02, (point.signal - _FAINT) / (_CLEAR - _FAINT)))

    def scan(self, ssid: bytes) -> AccessPoint | None:
        """Look for a name as the wizard does: the last one heard wins (6.2)."""
        found = None
        for point in self.points:
            if point.ssid.encode() != ssid or point.hidden or point.band != "2.4":
                continue
            # A scan stays on each channel for several beacons.
            if self.random.random() > (1 - self.reach(point)) ** 4:
                found = point
        return found

    def find(self, stored: Credentials) -> AccessPoint | None:
        """Look for a stored network as a join does: by name, security and cipher."""
        for point in self.points:
            if point.ssid.encode() != stored.ssid or point.band != "2.4":
                continue
            if not _security_fits(stored, point):
                continue
            # A beacon now and then is heard from far away.
            if self.random.random() < max(0.08, self.reach(point)):
                return point
        return None


def _security_fits(stored: Credentials, point: AccessPoint) -> bool:
    if stored.security != point.security:
        return False
    if stored.security <= 1:
        return True
    return bool((stored.cipher or 0) & point.cipher)


def not_found(air: Air) -> list[Event]:
    """Return the events of a join that finds no network."""
    return [Event(air.random.uniform(0.9, 2.5), Kind.SET_SSID, Status.NO_NETWORKS)]


def associate(
    air: Air, point: AccessPoint, traits: Traits, *, held_off: bool
) -> tuple[list[Event], float | None]:
    """Return the events of authentication and association with an access point.

    Args:
        air: the surroundings.
        point: the access point.
        traits: the device's release.
        held_off: whether the access point turns the device away for a while because its
            last login failed.

    Returns:
        The events, and when the link was up; None if it never was.
    """
    roll = air.random
    at = roll.uniform(0.15, 0.35)
    if point.mac_filter == "refuse" or held_off:
        return [Event(at + roll.uniform(0.05, 0.4), Kind.AUTH, Status.FAIL)], None
    if point.mac_filter == "ignore" or roll.random() > air.reach(point) ** 2:
        kind = roll.choice((Kind.AUTH, Kind.SET_SSID))
        status = roll.choice((Status.TIMEOUT, Status.NO_ACK))
        return [Event(at + roll.uniform(0.8, 2.6), kind, status)], None
    events = [Event(at, Kind.AUTH)]
    if point.pmf_required or (point.n_only and not traits.n_only_joins):
        refused = at + roll.uniform(0.05, 0.6)
        events.append(Event(refused, Kind.SET_SSID, Status.FAIL))
        # Most access points take the authentication back when they refuse.
        events.append(Event(refused + roll.uniform(-0.04, 0.02), Kind.DEAUTH_IND, reason=2))
        return events, None
    link = at + roll.uniform(0.01, 0.06)
    events.append(Event(link, Kind.LINK, up=True))
    return events, link


def _ssid_set(roll: Random, link: float, lost: float | None) -> Event:
    """Return the chip's report that the join command is done: soon, or rather late.

    If the association is gone by then, it reports a failure instead.
    """
    at = link + (roll.uniform(0.001, 0.05) if roll.random() < 0.7 else roll.uniform(0.4, 2.6))
    if lost is not None and at > lost:
        return Event(at, Kind.SET_SSID, Status.FAIL)
    return Event(at, Kind.SET_SSID)


def _thrown_out(roll: Random, at: float, *, supplicant: bool) -> list[Event]:
    """Return the events of a deauthentication by the access point."""
    events = [
        Event(at, Kind.DEAUTH_IND, reason=23),
        Event(at + roll.uniform(0.001, 0.02), Kind.LINK),
    ]
    if supplicant:
        late = at + roll.uniform(-0.003, 0.06)
        events.append(Event(late, Kind.PSK_SUP, SUP_DISCONNECTED, 14))
    return events


def _again(roll: Random, at: float) -> list[Event]:
    """Return the events of the chip associating once more by itself."""
    back = at + roll.uniform(0.3, 1.2)
    return [Event(back, Kind.AUTH), Event(back + roll.uniform(0.01, 0.05), Kind.LINK, up=True)]


def enterprise(air: Air, link: float, outcome: Outcome) -> tuple[list[Event], float]:
    """Return the events from the link on, given how the login ends.

    Returns:
        The events, and when the login was over (the end of the wait if never).
    """
    roll = air.random
    done = link + roll.uniform(*_STAGE_SECONDS[outcome.stage])
    if outcome.ending is Ending.ACCEPT:
        if outcome.keys_agree:
            return [_ssid_set(roll, link, None), Event(done, Kind.PSK_SUP, SUP_KEYED)], done
        return _keys_differ(roll, link, done), done
    if outcome.ending is Ending.SILENCE:
        if roll.random() < 0.75:
            return [_ssid_set(roll, link, None)], WAIT
        # The access point tires of waiting before the device does.
        lost = link + roll.uniform(3.0, 6.5)
        events = [_ssid_set(roll, link, lost), *_thrown_out(roll, lost, supplicant=False)]
        return events + (_again(roll, lost) if roll.random() < 0.4 else []), WAIT
    ways = roll.random()
    if ways < 0.2:
        # The access point keeps the link and starts over after a quiet time.
        return [_ssid_set(roll, link, None)], done
    events = [_ssid_set(roll, link, done), *_thrown_out(roll, done, supplicant=ways > 0.4)]
    return events, done


def _keys_differ(roll: Random, link: float, done: float) -> list[Event]:
    """Return the events after an acceptance whose keys do not agree."""
    ways = roll.random()
    if ways < 0.55:
        return [_ssid_set(roll, link, None)]
    lost = done + roll.uniform(0.8, 4.0)
    events = [_ssid_set(roll, link, lost), *_thrown_out(roll, lost, supplicant=True)]
    if ways < 0.75:
        # The chip's own complaint about the handshake comes before it is thrown out.
        events.append(Event(lost - roll.uniform(0.01, 0.3), Kind.PSK_SUP, SUP_WAIT_M3, 15))
    return events


def personal(air: Air, point: AccessPoint, stored: Credentials, link: float) -> list[Event]:
    """Return the events from the link on for a network with a passphrase, or an open one."""
    roll = air.random
    if stored.security == 0:
        return [_ssid_set(roll, link, None)]
    if stored.password.decode("latin-1") == point.passphrase:
        keyed = link + roll.uniform(0.03, 0.2)
        return [_ssid_set(roll, link, None), Event(keyed, Kind.PSK_SUP, SUP_KEYED)]
    if stored.security == 1:
        return [_ssid_set(roll, link, None)]
    stalled = link + 2.5 + roll.uniform(0.0, 0.1)
    timeout = Event(stalled, Kind.PSK_SUP, SUP_WAIT_M3, REASON_TIMEOUT)
    if roll.random() < 0.75:
        return [_ssid_set(roll, link, None), timeout]
    lost = link + roll.uniform(1.0, 4.0)
    return [_ssid_set(roll, link, lost), timeout, *_thrown_out(roll, lost, supplicant=True)]
