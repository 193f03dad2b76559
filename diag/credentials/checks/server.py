"""What the release of the device and its server make of each other."""

from collections.abc import Iterator

from diag.credentials.checks.case import Case, Hit, hit
from diag.credentials.checks.registry import rule


@rule("release-without-enterprise")
def _without_enterprise(case: Case) -> Iterator[Hit]:
    release = case.context.device_os
    if case.enterprise and release and case.releases("", "0.7.0-rc.1"):
        yield hit("security", release=release)


@rule("tls12-flaw")
def _tls12_flaw(case: Case) -> Iterator[Hit]:
    releases = case.releases("0.7.0-rc.1", "1.4.1")
    if case.enterprise and releases:
        yield hit("security", case.unless_known(), releases=releases)


@rule("tls-ceiling-freeradius")
def _ceiling_freeradius(case: Case) -> Iterator[Hit]:
    releases = case.releases("1.4.1", "")
    if case.enterprise and releases and case.context.server == "freeradius":
        yield hit("security", releases=releases)


@rule("tls-ceiling")
def _ceiling(case: Case) -> Iterator[Hit]:
    releases = case.releases("1.4.1", "")
    if case.enterprise and releases and case.context.server != "freeradius":
        yield hit("security", releases=releases)
