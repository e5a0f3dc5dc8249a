"""Who signs in, and with what."""

from contracts.partners import PartnerScope
from contracts.personas import Persona
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Template


def test_there_is_a_group_for_each_persona(assembly: Assembly) -> None:
    groups = assembly["auth"].of_type("AWS::Cognito::UserPoolGroup").values()
    assert {body["Properties"]["GroupName"] for body in groups} == {p.value for p in Persona}


def test_people_sign_in_with_a_second_factor_where_the_environment_is_protected(
    assembly: Assembly, environment: Environment
) -> None:
    pool = assembly["auth"].only("AWS::Cognito::UserPool")
    assert pool["MfaConfiguration"] == ("ON" if environment.protected else "OPTIONAL")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert pool["UserPoolAddOns"]["AdvancedSecurityMode"] == "ENFORCED"


def clients(assembly: Assembly) -> dict[str, Template]:
    """The user pool's clients, by the name of their construct."""
    return {
        id_.removeprefix("People").rstrip("0123456789ABCDEF"): body["Properties"]
        for id_, body in assembly["auth"].of_type("AWS::Cognito::UserPoolClient").items()
    }


def test_operators_sign_in_on_the_dashboard_s_own_form(assembly: Assembly) -> None:
    client = clients(assembly)["Operators"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert set(client["ExplicitAuthFlows"]) >= {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}


def test_drivers_get_a_code_that_only_their_app_redeems(
    assembly: Assembly, environment: Environment
) -> None:
    client = clients(assembly)["Drivers"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "ALLOW_USER_PASSWORD_AUTH" not in client["ExplicitAuthFlows"]
    site, app = client["CallbackURLs"]
    assert app == "fleetcharge://signed-in"
    expected = (
        f"https://{environment.domain.name}" if environment.domain else "http://localhost:8080"
    )
    assert site == f"{expected}/driver/"


def test_each_partner_s_machine_has_a_secret_and_the_scopes_it_is_given(
    assembly: Assembly, environment: Environment
) -> None:
    server = assembly["auth"].only("AWS::Cognito::UserPoolResourceServer")
    assert {scope["ScopeName"] for scope in server["Scopes"]} == set(PartnerScope)
    partners = {
        client["ClientName"]: client
        for name, client in clients(assembly).items()
        if name not in ("Operators", "Drivers")
    }
    assert set(partners) == {f"partner-{name}" for name in environment.partners}
    for name, client in partners.items():
        assert client["GenerateSecret"] is True
        assert client["AllowedOAuthFlows"] == ["client_credentials"]
        given = environment.partners[name.removeprefix("partner-")].scopes
        assert len(client["AllowedOAuthScopes"]) == len(given)
        assert all("/" in str(scope) for scope in client["AllowedOAuthScopes"])


def test_people_sign_in_at_a_name_of_the_environment(
    assembly: Assembly, environment: Environment
) -> None:
    hosting = assembly["hosting"]
    ((_, domain),) = hosting.of_type("AWS::Cognito::UserPoolDomain").items()
    if environment.domain is None:
        prefix = f"fleetcharge-{assembly.environment}-{environment.account}"
        assert domain["Properties"]["Domain"] == prefix
        return
    own = f"auth.{environment.domain.name}"
    assert domain["Properties"]["Domain"] == own
    certificate = assembly["edge"].only("AWS::CertificateManager::Certificate")
    assert certificate["SubjectAlternativeNames"] == [own]
    records = hosting.of_type("AWS::Route53::RecordSet")
    names = {id_: body["Properties"]["Name"] for id_, body in records.items()}
    assert f"{own}." in names.values()
    # Cognito takes the name only when the one above it answers.
    above = {id_ for id_, name in names.items() if name == f"{environment.domain.name}."}
    assert above <= set(domain["DependsOn"])
