"""The CDK app: what ``cdk synth`` and ``cdk deploy`` run.

Context ``environment=NAME`` builds that environment only; ``organization`` names the accounts
around them. ``app.py NAME …`` writes an assembly for each of them, in a folder of its own, where
``cdk synth`` writes one for all. Synthesis is a function of the files in this repository and the
context: it looks nothing up and needs neither network nor credentials.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

from stacks import environments
from stacks.environment_stage import EnvironmentStage
from stacks.environments import Fleet
from stacks.organization.stage import OrganizationStage

RULES = {"AwsSolutions": AwsSolutionsChecks, "NIST80053R5": NIST80053R5Checks}
"""The packs that context ``rules`` chooses from; the first is the gate."""


def main(apart: Sequence[str]) -> None:
    """Build everything asked for, and check it."""
    fleet = environments.read()
    for name in apart:
        folder = Path(os.environ["CDK_OUTDIR"]) / name
        synthesise(fleet, {"environment": name}, str(folder))
    if not apart:
        synthesise(fleet)


def synthesise(
    fleet: Fleet, context: dict[str, str] | None = None, folder: str | None = None
) -> None:
    """Write the assembly of what the context chooses; raises where a rule finds something."""
    # A trace holds the path of a temporary folder; the construct's own path names it as well.
    silence = {"aws:cdk:disable-creation-stack-traces": True}
    app = App(
        outdir=folder,
        stack_traces=False,
        tree_metadata=False,
        context={**silence, **(context or {})},
    )
    rules = RULES[app.node.try_get_context("rules") or next(iter(RULES))]
    Validations.of(app).add_plugins(rules(app))
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
        main(sys.argv[1:])
    except environments.EnvironmentsError as error:
        sys.exit(str(error))
