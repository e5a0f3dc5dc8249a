import ast
import datetime
import re
import tomllib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stacks import environments
from stacks.environments import EnvironmentsError
from stacks.synthesis import ROOT

ONE_DAY = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
TEXT = environments.DEFAULT_FILE.read_text()


def added(line: str) -> tuple[str, str]:
    return "blue_green = false", f"blue_green = false\n{line}"


def a_station_s_certificate() -> str:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, ONE_DAY, ONE_DAY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def in_playground(old: str, new: str) -> str:
    head, _, playground = TEXT.partition("[environments.playground]")
    assert old in playground
    return f"{head}[environments.playground]{playground.replace(old, new, 1)}"


def test_the_file_of_this_repository_is_accepted() -> None:
    fleet = environments.read()
    assert list(fleet.named()) == ["live", "qa", "dev", "playground"]
    assert {e.region for e in fleet.named().values()} == {"eu-central-1"}
    assert fleet.environments.live.nat_gateways == 3


def test_no_stack_knows_an_environment_by_its_name() -> None:
    """Else two that are set alike could differ, and the parity of the assemblies would not tell."""
    names = {*environments.read().named()}
    apart = ("environments", "organization")
    stacks = [f for f in (ROOT / "stacks").rglob("*.py") if f.parent.name not in apart]
    assert len(stacks) > 60
    told = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for file in stacks
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert told == []


def test_environments_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        environments.read().environments.live.protected = False


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ('"eu-central-1"', '"eu-west-1"', ".region", "'eu-central-1'"),
        ('"eu-central-1c"', '"eu-central-1d"', ".zones.2", "eu-central-1a, -1b, -1c"),
        ('"eu-central-1c"', '"eu-central-1b"', "", "one zone twice"),
        (', "eu-central-1c"', "", ".zones", "at least 3"),
        ('"100000000024"', '"10000000002"', ".account", "12 digits"),
        ('"100000000024"', "100000000024", ".account", "string"),
        ('"10.50.0.0/16"', '"10.50.0.0/20"', ".cidr", "private /16"),
        ('"10.50.0.0/16"', '"10.50.0.1/16"', ".cidr", "host bits"),
        ('"10.50.0.0/16"', '"8.8.0.0/16"', ".cidr", "private /16"),
        ('"10.50.0.0/16"', '"ten"', ".cidr", "not an IPv4 network"),
        ("nat_gateways = 1", "nat_gateways = 4", ".nat_gateways", "less than or equal to 3"),
        ("nat_gateways = 1", "nat_gateways = true", ".nat_gateways", "integer"),
        (*added('interface_endpoints = ["s3"]'), ".interface_endpoints.0", "'ecr.api', 'ecr.dkr'"),
        (*added('interface_endpoints = ["sqs", "sqs"]'), "", "name one service twice"),
        ("protected = false", 'protected = "no"', ".protected", "boolean"),
        ("protected = false", "protected = true", "", "needs a domain"),
        ("log_retention_days = 7", "log_retention_days = 8", ".log_retention_days", "7, 14, 30"),
        ("traced_share = 1.0", "traced_share = 1.5", ".traced_share", "1"),
        ("playground@fleetcharge.example", "nobody", ".on_call", "e-mail address"),
        ("minimum_capacity = 0.0", "minimum_capacity = 0.3", ".database.minimum_capacity", "0.5"),
        ("minimum_capacity = 0.0", "minimum_capacity = 2.0", ".database", "above maximum_capacity"),
        ("backup_days = 1", "backup_days = 36", ".database.backup_days", "35"),
        (
            "partners.sandbox",
            'partners."Sand Box"',
            ".partners.Sand Box.[key]",
            "a partner's name in lower case",
        ),
        (
            'company = "sandbox-fleet"',
            'company = "*"',
            ".partners.sandbox.company",
            "a company's name in lower case",
        ),
        (
            '"stations.read"',
            '"stations.write"',
            ".partners.sandbox.scopes.0",
            "'stations.read', 'sessions.read'",
        ),
        ("daily_days = 7", "daily_days = 6", ".backups.daily_days", "7"),
        ("daily_days = 7", "daily_days = 401", ".backups.daily_days", "400"),
        ("daily_days = 7", "daily_days = 7\nmonthly_days = 7", ".backups", "is not above"),
        ("cpu = 256", "cpu = 300", ".charging.cpu", "256, 512, 1024, 2048 or 4096"),
        ("memory = 512", "memory = 8192", ".charging", "512, 1024, 2048 do"),
        ("minimum_tasks = 1", "minimum_tasks = 0", ".charging.minimum_tasks", "1"),
        ("minimum_tasks = 1", "minimum_tasks = 2", ".charging", "above maximum_tasks"),
        ("nat_gateways = 1", "nat_gateway = 1", ".nat_gateway", "allowed here: account, region"),
        ("monthly_budget_usd = 250", "monthly_budget_usd = 2.5", ".monthly_budget_usd", "integer"),
        ("maximum_tasks = 1", 'maximum_tasks = 1\nruns_on = "instances"', "", "no table of them"),
        ("cpu = 256", "cpus = 256", ".charging.cpus", "allowed here: cpu, memory"),
        (*added("supporting = { grafana = true }"), ".supporting", "turn metrics on as well"),
        (
            *added("supporting = { metrics = { kept_days = 0 } }"),
            ".supporting.metrics.kept_days",
            "1",
        ),
        (
            *added("supporting = { grafana = true, metrics = { kept_days = 7, volume_gib = 10 } }"),
            "",
            "supporting.grafana needs a domain",
        ),
        (
            *added("supporting = { metrics = { kept_days = 7, volume_gib = 10 } }"),
            "",
            "its volume goes each evening",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_path_and_what_is_allowed(
    old: str, new: str, path: str, says: str
) -> None:
    with pytest.raises(EnvironmentsError) as refused:
        environments.parse(in_playground(old, new))
    line = next(
        line
        for line in str(refused.value).splitlines()
        if line.startswith(f"environments.playground{path}: ")
    )
    assert says in line


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('country = "DE"', 'country = "de"', "company.country: 'de' is not a country"),
        ('vat_id = "DE1', 'vat_id = "1', "company.vat_id: '123456789' is no"),
        ('"DE89', '"DE88', "company.iban: 'DE88370400440532013000' has wrong check digits"),
        ('postal_code = "10115"', "postal_code = 10115", "company.postal_code: input should be"),
        (
            'name = "app.',
            'ds_record = "1 8 2 AB"\nname = "app.',
            "environments.live.domain.ds_record: '1 8 2 AB' is not a DS record",
        ),
        ('city = "Berlin"', 'city = ""', "company.city: '' is not one line"),
        ("[environments.qa]", "[environments.qaa]", "environments.qa.account: is missing"),
        ("[environments.qa]", "[environments.qaa]", "environments.qaa: no such key; allowed"),
        ("[company]", "[compani]", "compani: no such key; allowed here: company, organiz"),
        ('id = "o-', 'id = "', "organization.id: 'fleetcharge00' is not an organisation (o-…)"),
        ('root = "r-', 'root = "', "organization.root: 'flee' is not an organisation's root (r-…)"),
        ('root = "r-flee"', "", "organization: id and root come together"),
        (
            "+{account}@",
            "@",
            "organization.account_email: 'aws@fleetcharge.example' is not",
        ),
        ('name = "qa.fleetcharge', 'name = "qa', "qa.domain.name: 'qa.example' does not end with"),
        ('name = "app.', 'name = "', "live.domain.name: 'fleetcharge.example' does not end with"),
        ('domain = "fleet', 'domain = "Fleet', "organization.domain: 'Fleetcharge.example' is not"),
        ('backup_region = "eu-west-1"', 'backup_region = "us-east-2"', "backup_region: input shou"),
        (
            "ssoins-",
            "",
            "organization.single_sign_on.instance: 'arn:aws:sso:::instance",
        ),
        (
            'identity_store = "d',
            'identity_store = "e',
            "single_sign_on.identity_store: 'e",
        ),
        ('log = "', 'logs = "', "accounts.logs: no such key; allowed here: management"),
    ],
)
def test_a_wrong_table_or_key_is_named(old: str, new: str, line: str) -> None:
    assert old in TEXT
    with pytest.raises(EnvironmentsError, match=re.escape(line)):
        environments.parse(TEXT.replace(old, new, 1))


def test_every_fault_is_told_at_once() -> None:
    wrong = in_playground("cpu = 256", "cpu = 1").replace('city = "Berlin"', "city = 1")
    with pytest.raises(EnvironmentsError) as refused:
        environments.parse(wrong)
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("other", ["accounts.security", "environments.live.account"])
def test_an_account_belongs_to_one(other: str) -> None:
    number = {"accounts.security": "100000000011", "environments.live.account": "100000000021"}
    with pytest.raises(EnvironmentsError, match=f"playground.account: .* is {other} already"):
        environments.parse(in_playground("100000000024", number[other]))


def test_networks_do_not_overlap() -> None:
    with pytest.raises(EnvironmentsError, match=r"playground.cidr: .* overlaps environments.dev"):
        environments.parse(in_playground("10.50.0.0/16", "10.40.0.0/16"))


def test_what_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(EnvironmentsError, match=r"not TOML: .*line 3"):
        environments.parse("[company]\nname = 'a'\nstreet = \n")


def test_every_key_of_the_file_is_needed_but_the_domain() -> None:
    playground = tomllib.loads(TEXT)["environments"]["playground"]
    for key, value in playground.items():
        line = f"{key} = "
        if isinstance(value, dict):
            continue
        cut = "\n".join(
            text
            for text in in_playground("", "").partition("[environments.playground]")[2].splitlines()
            if not text.startswith(line)
        )
        head = TEXT.partition("[environments.playground]")[0]
        with pytest.raises(EnvironmentsError, match=rf"playground\.{key}: is missing"):
            environments.parse(f"{head}[environments.playground]{cut}")


@pytest.mark.parametrize(
    ("bundle", "says"),
    [
        ("no certificate", "no bundle of certificates in PEM"),
        (a_station_s_certificate(), "no authority's certificate"),
    ],
)
def test_only_authorities_vouch_for_stations(bundle: str, says: str) -> None:
    head, _, rest = TEXT.partition('station_authorities = """')
    _, _, tail = rest.partition('"""')
    with pytest.raises(EnvironmentsError, match=says) as refused:
        environments.parse(f'{head}station_authorities = """\n{bundle}"""{tail}')
    assert "environments.live.domain.station_authorities" in str(refused.value)


URL = 'contract_certificates_url = "https://contracts.v2g.example/live"\n'
TOKEN = "arn:aws:secretsmanager:eu-central-1:100000000021:secret:contract-certificates-0a1B2c"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"ocsp.v2g.example"', '"http://ocsp.v2g.example"', "a domain in lower case"),
        ('"https://contracts.v2g.example/live"', '"http://v2g.example"', "an address by https"),
        (URL, f'{URL}contract_certificates_token_arn = "token"\n', "the whole ARN of a secret"),
        (URL, f'contract_certificates_token_arn = "{TOKEN}"\n', "of no use without the service"),
        ('ocsp_hosts = ["ocsp.v2g.example"]\n', "", "of no use without ocsp_hosts"),
    ],
)
def test_who_is_asked_for_certificates_of_vehicles(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(EnvironmentsError, match=says) as refused:
        environments.parse(TEXT.replace(old, new, 1))
    assert "environments.live.plug_and_charge" in str(refused.value)
