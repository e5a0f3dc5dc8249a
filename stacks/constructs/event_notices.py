"""Events that people have to hear of."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_events, aws_events_targets, aws_iam, aws_kms
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.dead_letters import DeadLetterQueue


class EventNotices(Construct):
    """Tells whoever is on call of events that AWS services put on the account's bus.

    Rules: a notice says what was found and where, and ends with the address of the page in
    ``docs/runbooks/`` that says what to do; one that cannot be delivered is kept in a dead-letter
    queue, and raises an alarm; it is encrypted with `key`, as the topic is: see `let_notices_use`.
    """

    def __init__(self, scope: Construct, name: str, *, key: aws_kms.IKey, alarms: Alarms) -> None:
        super().__init__(scope, name)
        self._alarms = alarms
        self._undelivered = DeadLetterQueue(
            self,
            "DeadLetters",
            key=key,
            alarms=alarms,
            says="A notice of a finding could not be delivered: it waits in its queue.",
            runbook="security-finding",
        ).of_events()

    def of(
        self,
        name: str,
        *,
        source: str,
        kind: str,
        detail: Mapping[str, Any],
        says: str,
        runbook: str,
    ) -> None:
        """Tell of events of a kind. `says` may name fields of theirs: ``{$.detail.account}``."""
        text = f"{says} {self._alarms.page(runbook)}"
        aws_events.Rule(
            self,
            name,
            description=f"Tells of {kind}",
            event_pattern=aws_events.EventPattern(
                source=[source], detail_type=[kind], detail=dict(detail)
            ),
            targets=[
                aws_events_targets.SnsTopic(
                    self._alarms.topic,
                    message=aws_events.RuleTargetInput.from_text(_with_fields(text)),
                    dead_letter_queue=self._undelivered,
                )
            ],
        )


def let_notices_use(key: aws_kms.Key) -> None:
    """Allow EventBridge what it takes to put a notice on a topic or a queue under the key."""
    # It sends no source account along to a topic, so none can be asked for here; that it acts for
    # the organisation only is the resource control policy's to say.
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal("events.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
        )
    )


def _with_fields(text: str) -> str:
    first, *rest = text.split("{$")
    parts = [first]
    for part in rest:
        path, _, after = part.partition("}")
        parts += [aws_events.EventField.from_path(f"${path}"), after]
    return "".join(parts)
