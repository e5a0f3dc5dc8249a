"""Machines of partners."""

import pytest

from contracts.partners import MEANINGS, PartnerScope, clients_read, clients_told, scopes_of


def test_scopes_are_those_of_partners_alone() -> None:
    claim = "partners/stations.read openid others/sessions.read partners/tokens.writes"
    assert scopes_of(claim) == {PartnerScope.STATIONS_READ}
    assert scopes_of("") == frozenset()


def test_every_scope_means_something() -> None:
    assert set(MEANINGS) == set(PartnerScope)


def test_clients_are_read_as_they_were_told() -> None:
    companies = {"1abc": "nordwind", "2def": "fleetcharge"}
    assert clients_read(clients_told(companies)) == companies
    assert clients_read("") == {}


@pytest.mark.parametrize("told", ["1abc", "1abc=", "=nordwind", "1abc=a,1abc=b"])
def test_a_client_without_its_one_company_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="partner_clients"):
        clients_read(told)
