"""The whole file, and what no table of it can see on its own."""

import ipaddress
from collections.abc import Iterator
from itertools import combinations

from stacks.environments.environment import Environment
from stacks.environments.organization import Accounts, Company, Organization
from stacks.environments.table import Table

ORGANIZATION = "organization"
HOME_REGION = "eu-central-1"
"""Where everything stands but what the edge asks for, and copies."""
EDGE_REGION = "us-east-1"
"""CloudFront and Route 53 take certificates, firewalls and keys from here, wherever we are."""


class _Environments(Table):
    live: Environment
    qa: Environment
    dev: Environment
    playground: Environment


class Fleet(Table):
    """The whole file."""

    company: Company
    organization: Organization
    accounts: Accounts
    environments: _Environments

    def named(self) -> dict[str, Environment]:
        """The environments by name."""
        return {name: getattr(self.environments, name) for name in _Environments.model_fields}

    def regions(self) -> tuple[str, ...]:
        """Where anything stands: home, what CloudFront asks for, and copies."""
        return (HOME_REGION, EDGE_REGION, self.organization.backup_region)

    def stages(self) -> tuple[str, ...]:
        """What can be deployed: each environment, and the organisation that they are part of."""
        return (*self.named(), ORGANIZATION)

    def clashes(self) -> Iterator[str]:
        """What no table can see on its own: two that are one, a name outside of the company's."""
        environments = self.named()
        ours = f".{self.organization.domain}"
        for name, environment in environments.items():
            part = environment.domain.name if environment.domain else ours
            if not part.endswith(ours):
                yield f"environments.{name}.domain.name: '{part}' does not end with {ours}"
        owners: dict[str, str] = {}
        accounts = {f"accounts.{name}": number for name, number in self.accounts}
        accounts |= {f"environments.{name}.account": e.account for name, e in environments.items()}
        for path, number in accounts.items():
            if number in owners:
                yield f"{path}: '{number}' is {owners[number]} already; each needs its own"
            owners.setdefault(number, path)
        for (one, first), (other, second) in combinations(environments.items(), 2):
            if ipaddress.IPv4Network(first.cidr).overlaps(ipaddress.IPv4Network(second.cidr)):
                yield f"environments.{other}.cidr: {second.cidr} overlaps environments.{one}.cidr"
