"""What is found in any account, told to people at once."""

from aws_cdk import aws_kms
from constructs import Construct

from stacks.constructs.event_notices import EventNotices, let_notices_use
from stacks.environments import Fleet
from stacks.organization.on_call import on_call
from stacks.organization.organization_stack import OrganizationStack

FOUND = (
    "{$.detail.findings[0].ProductName} found, in account {$.detail.findings[0].AwsAccountId}"
    " ({$.detail.findings[0].Region}): {$.detail.findings[0].Title}."
    " Severity {$.detail.findings[0].Severity.Label}, {$.detail.findings[0].Resources[0].Id}."
)


class FindingsStack(OrganizationStack):
    """Tells whoever is on call of new findings of Security Hub, in the security account.

    Security Hub takes in what GuardDuty, Access Analyzer and its own standards find, and gathers
    it from every account and region where it stands itself: one rule hears of all.
    """

    def __init__(self, scope: Construct, name: str, *, fleet: Fleet) -> None:
        super().__init__(scope, name, account=fleet.accounts.security)
        key = aws_kms.Key(
            self,
            "Key",
            alias="fleetcharge/findings",
            description="Findings on their way to who is on call",
            enable_key_rotation=True,
            removal_policy=self.data_removal,
        )
        let_notices_use(key)
        notices = EventNotices(self, "Notices", key=key, alarms=on_call(self, key=key, fleet=fleet))
        new = {"RecordState": ["ACTIVE"], "Workflow": {"Status": ["NEW"]}}
        for rule, which in (
            ("Grave", {"Severity": {"Label": ["CRITICAL", "HIGH"]}}),
            # Of low severity as Access Analyzer has it, as long as not everybody has access.
            (
                "OutsideAccess",
                {
                    "Severity": {"Label": [{"anything-but": ["CRITICAL", "HIGH"]}]},
                    "Types": [{"suffix": "/External Access Granted"}],
                },
            ),
        ):
            notices.of(
                rule,
                source="aws.securityhub",
                kind="Security Hub Findings - Imported",
                detail={"findings": {**new, **which}},
                says=FOUND,
                runbook="security-finding",
            )
