"""From events to join attempts, and to what is known around them."""

from diag.join.attempts import Attempt, Outcome, Supplicant
from diag.join.history import History, LinkUp, Mark
from diag.join.tracker import JoinTracker

__all__ = ["Attempt", "History", "JoinTracker", "LinkUp", "Mark", "Outcome", "Supplicant"]
