"""The CDK app: what ``cdk synth`` and ``cdk deploy`` run.

Context ``environment=NAME`` builds that environment only; ``organization`` names the accounts
around them. Synthesis is a function of the files in this repository and the context: it looks
nothing up and needs neither network nor credentials.
"""

import sys

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks import environments
from stacks.environment_stage import EnvironmentStage
from stacks.organization.stage import OrganizationStage


def main() -> None:
    """Build everything asked for, and check it."""
    # A trace holds the path of a temporary folder; the construct's own path names it as well.
    app = App(stack_traces=False, context={"aws:cdk:disable-creation-stack-traces": True})
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    fleet = environments.read()
    chosen: str | None = app.node.try_get_context("environment")
    known = fleet.stages()
    if chosen is not None and chosen not in known:
        sys.exit(f"environment={chosen}: no such environment; there are {', '.join(known)}")
    for name in known:
        if chosen not in (None, name):
            continue
        if name == environments.ORGANIZATION:
            OrganizationStage(app, name, fleet=fleet)
        else:
            EnvironmentStage(app, name, fleet=fleet)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except environments.EnvironmentsError as error:
        sys.exit(str(error))
