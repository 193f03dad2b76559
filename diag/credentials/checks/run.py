"""Runs every check over a profile."""

from diag.credentials.checks import access, answers, authority, client, material, server
from diag.credentials.checks.case import Case, Hit
from diag.credentials.checks.model import Context, Finding
from diag.credentials.checks.registry import RULES
from diag.credentials.checks.table import Entry, entries
from diag.credentials.profile import Profile
from diag.stream import inert

MODULES = (access, answers, authority, client, material, server)
"""Where the checks are; importing them registers them."""


def check(profile: Profile, context: Context) -> list[Finding]:
    """Return what is to be said of a profile, worst first; always in the same order."""
    case = Case(profile, context)
    found = [_finding(entry, hit) for entry in entries().values() for hit in RULES[entry.id](case)]
    return sorted(found, key=lambda finding: -finding.severity.value)


def _finding(entry: Entry, hit: Hit) -> Finding:
    return Finding(
        id=entry.id,
        severity=entry.severity if hit.severity is None else hit.severity,
        title=entry.title,
        reason=inert(entry.reason.format_map(hit.figures)),
        remedy=inert(entry.remedy.format_map(hit.figures)),
        where=hit.where,
        confidence=entry.confidence,
        source=entry.source,
    )
