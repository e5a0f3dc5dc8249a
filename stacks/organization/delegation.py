"""``python -m stacks.organization.delegation [--check]``: what no CloudFormation type can do.

Prints AWS CLI commands for the account numbers of ``environments.toml``, in their order; runs
nothing. Each may be run again: AWS answers that it is so already. With ``--check`` it asks AWS with
the credentials at hand, and prints only what that account still lacks.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from stacks import environments
from stacks.environments import Environment, Fleet
from stacks.organization.delegation_state import State

TRUSTED = (
    "access-analyzer.amazonaws.com",
    "backup.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
)
"""Services that may act in every account of the organisation."""

DELEGATED = (
    ("access-analyzer.amazonaws.com", "security"),
    ("config.amazonaws.com", "security"),
    ("backup.amazonaws.com", "backup"),
)
"""Services that an account other than the management account looks after."""

WATCHED = (
    "EBS_MALWARE_PROTECTION",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "S3_DATA_EVENTS",
)
"""What GuardDuty looks at beside the calls, names and flows of every account."""

BACKED_UP = ("Aurora", "DynamoDB", "EFS", "S3")
"""What AWS Backup takes part in; without its own management a table's backup leaves no account."""

CLUSTERS, SEARCH = "ecs.amazonaws.com", "opensearchservice.amazonaws.com"
"""Services that act by a role of their own, which has to be there before the first stack that
needs it: AWS makes it too late for a first cluster, and for no search domain at all."""

POLICY_TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@dataclass(frozen=True)
class Step:
    """One command, and how to see that it is not needed any more."""

    command: str
    done: Callable[[State], bool]


def steps(fleet: Fleet) -> dict[str, list[Step]]:
    """The steps by the number of the account whose credentials they want, in order."""
    return {
        fleet.accounts.management: [*_of_the_organization(), *_of_services(fleet)],
        fleet.accounts.security: [_guardduty_watches(region) for region in fleet.regions()],
        **{one.account: _of_an_environment(one) for one in fleet.named().values()},
    }


def _of_the_organization() -> list[Step]:
    return [
        *map(_policy_type, POLICY_TYPES),
        *map(_trusted, TRUSTED),
        Step(
            "aws cloudformation activate-organizations-access",
            lambda state: state.stack_sets_act,
        ),
        Step(
            "aws iam enable-organizations-root-credentials-management",
            lambda state: state.roots_are_managed,
        ),
    ]


def _of_services(fleet: Fleet) -> list[Step]:
    return [
        *(_delegated(service, getattr(fleet.accounts, name)) for service, name in DELEGATED),
        *(_guardduty_delegated(region, fleet.accounts.security) for region in fleet.regions()),
        Step(
            "aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true",
            lambda state: state.backups_cross_accounts,
        ),
    ]


def _of_an_environment(environment: Environment) -> list[Step]:
    services = [CLUSTERS, *([SEARCH] if environment.supporting.search else [])]
    return [_backups_take_part(environment.region), *map(_linked_role, services)]


def _policy_type(kind: str) -> Step:
    root = "$(aws organizations list-roots --query 'Roots[0].Id' --output text)"
    return Step(
        f"aws organizations enable-policy-type --root-id {root} --policy-type {kind}",
        lambda state: kind in state.policy_types,
    )


def _trusted(service: str) -> Step:
    return Step(
        f"aws organizations enable-aws-service-access --service-principal {service}",
        lambda state: service in state.trusted,
    )


def _guardduty_delegated(region: str, account: str) -> Step:
    return Step(
        "aws guardduty enable-organization-admin-account"
        f" --admin-account-id {account} --region {region}",
        lambda state: account in state.guardduty_administrators(region),
    )


def _delegated(service: str, account: str) -> Step:
    return Step(
        "aws organizations register-delegated-administrator"
        f" --service-principal {service} --account-id {account}",
        lambda state: account in state.delegates(service),
    )


def _guardduty_watches(region: str) -> Step:
    features = json.dumps([{"Name": name, "AutoEnable": "ALL"} for name in WATCHED])
    return Step(
        "aws guardduty update-organization-configuration --detector-id"
        f" $(aws guardduty list-detectors --region {region}"
        " --query 'DetectorIds[0]' --output text)"
        f" --auto-enable-organization-members ALL --features '{features}' --region {region}",
        lambda state: set(WATCHED) <= state.guardduty_watches(region),
    )


def _backups_take_part(region: str) -> Step:
    return Step(
        "aws backup update-region-settings"
        f" --resource-type-opt-in-preference {','.join(f'{kind}=true' for kind in BACKED_UP)}"
        f" --resource-type-management-preference DynamoDB=true --region {region}",
        lambda state: set(BACKED_UP) <= state.backed_up(region),
    )


def _linked_role(service: str) -> Step:
    return Step(
        f"aws iam create-service-linked-role --aws-service-name {service}",
        lambda state: state.is_linked(service),
    )


def lacking(fleet: Fleet, state: State) -> list[str]:
    """What the account of `state` lacks, a line each: the command, or why AWS cannot tell.

    Raises ``KeyError`` when nothing is asked of that account.
    """
    lines = []
    for step in steps(fleet)[state.account]:
        try:
            if not step.done(state):
                lines.append(step.command)
        except ClientError as error:
            lines.append(f"# not known ({error.response['Error']['Code']}): {step.command}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the commands, or what is lacking; 1 if something is."""
    parser = argparse.ArgumentParser(prog="python -m stacks.organization.delegation")
    parser.add_argument("--check", action="store_true", help="ask AWS what is still to be done")
    fleet = environments.read()
    names = {number: name for name, number in fleet.accounts}
    names |= {one.account: name for name, one in fleet.named().items()}
    if parser.parse_args(arguments).check:
        state = State(boto3.Session())
        if state.account not in steps(fleet):
            parser.error(
                f"nothing is asked of account {state.account}, whose credentials these are"
            )
        lines = lacking(fleet, state)
        print(f"# {names[state.account]} ({state.account}) lacks:")  # noqa: T201 — its purpose
        print(*lines or ["# nothing"], sep="\n")  # noqa: T201 — its purpose
        return 1 if lines else 0
    for account, needed in steps(fleet).items():
        print(f"# With an administrator's credentials of {names[account]} ({account}):")  # noqa: T201 — its purpose
        print(*(step.command for step in needed), sep="\n")  # noqa: T201 — its purpose
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
