"""What the simulator was built on agrees with the tables of the knowledge base.

The two were written apart from each other; this is the one place where they meet.
"""

import pytest

from diag.simulator import RELEASES, scenario, scenarios
from diag.simulator.join import CODES
from diag.simulator.traits import MODULE_VERSIONS, order, traits_of
from errorcodes import lookup
from errorcodes.causes import causes
from errorcodes.releases import defects, has_defect, releases, visibility


@pytest.mark.parametrize("number", sorted(CODES))
def test_codes_have_the_same_names(number: int) -> None:
    assert any(CODES[number] == code.symbol for code in lookup(number))


def test_module_versions_are_the_same() -> None:
    listed = {release.version: release.module_version for release in releases()}
    assert {name: listed[name] for name in RELEASES} == MODULE_VERSIONS


def test_releases_sort_the_same() -> None:
    listed = [release.version for release in releases() if release.version in RELEASES]
    assert listed == sorted(RELEASES, key=order) == list(RELEASES)


@pytest.mark.parametrize("release", RELEASES)
def test_traits_are_the_known_ones(release: str) -> None:
    traits = traits_of(release)
    has = {defect.id: bool(has_defect(defect, release)) for defect in defects()}
    shown = visibility(release)
    assert shown is not None
    assert traits.hal_log == ("hal" in shown.shows)
    assert traits.cloud_log == ("system" in shown.shows)
    assert (traits.tls_ceiling == "1.1") == has["tls11-cap"]
    assert (traits.tls_ceiling == "1.2") == has["tls12-flaw"]
    assert traits.long_hashes != has["no-sha384"]
    assert traits.sha1_verified != has["sha1-chain-refused"]
    assert traits.chains_read != has["x509-chain"]
    assert traits.n_only_joins != has["n-only"]
    assert traits.slots_validated != has["junk-slots"]
    assert traits.mac_while_listening != has["mac-in-listening"]
    assert traits.diagnostics != has["no-diagnostics-command"]
    assert traits.diagnostics != has["no-usb-channel"]
    assert traits.join_feeds_diagnostics != has["no-net-err"]


@pytest.mark.parametrize("name", scenarios())
def test_truths_are_known_causes(name: str) -> None:
    made = scenario(name)
    for verdict in (made, *made.by_release):
        assert set(verdict.truth) <= causes().keys()
