"""Who hears of what happens in the accounts around the environments."""

from aws_cdk import aws_kms
from constructs import Construct

from stacks.constructs.alarm_topic import alarm_topic, let_alarms_use
from stacks.constructs.alarms import Alarms
from stacks.environments import Fleet


def on_call(scope: Construct, *, key: aws_kms.Key, fleet: Fleet) -> Alarms:
    """Alarms that reach whoever is on call for the platform, by a topic under `key`."""
    let_alarms_use(key)
    told = fleet.organization
    return alarm_topic(scope, key=key, on_call=told.on_call, runbooks=told.runbooks)
