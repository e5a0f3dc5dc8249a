"""The model of ``environments.toml``: what an environment may be, and what it may not.

Reading it is pure: no look-up, no network. A wrong file raises `EnvironmentsError`, one line for
each fault: its path in the file, what is wrong with it, and what is allowed.
"""

from stacks.environments.data import Backups, Database
from stacks.environments.environment import Domain, Environment
from stacks.environments.file import DEFAULT_FILE, EnvironmentsError, parse, read
from stacks.environments.fleet import EDGE_REGION, HOME_REGION, ORGANIZATION, Fleet
from stacks.environments.organization import Accounts, Company, Organization, SingleSignOn
from stacks.environments.plug_and_charge import PlugAndCharge
from stacks.environments.programs import WORKING_ZONE, Hours, Instances, Program
from stacks.environments.supporting import Metrics, Search, Supporting

__all__ = [
    "DEFAULT_FILE",
    "EDGE_REGION",
    "HOME_REGION",
    "ORGANIZATION",
    "WORKING_ZONE",
    "Accounts",
    "Backups",
    "Company",
    "Database",
    "Domain",
    "Environment",
    "EnvironmentsError",
    "Fleet",
    "Hours",
    "Instances",
    "Metrics",
    "Organization",
    "PlugAndCharge",
    "Program",
    "Search",
    "SingleSignOn",
    "Supporting",
    "parse",
    "read",
]
