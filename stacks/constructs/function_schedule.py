"""Functions that the clock calls."""

from aws_cdk import Duration, aws_events, aws_events_targets, aws_kms
from constructs import Construct

from stacks.constructs.alarms import Alarms
from stacks.constructs.dead_letters import DeadLetterQueue
from stacks.constructs.python_function import PythonFunction


class FunctionSchedule(Construct):
    """Has a function called from time to time.

    Rules: a call that does not reach the function, or that it fails at in the end, waits in a
    dead-letter queue and raises an alarm; so does silence, `silent_periods` of `period` in which
    there was no call at all. Each alarm says what is `missed`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        function: PythonFunction,
        schedule: aws_events.Schedule,
        purpose: str,
        period: Duration,
        silent_periods: int,
        missed: str,
        runbook: str,
        key: aws_kms.IKey,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name)
        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            key=key,
            alarms=alarms,
            says=f"{missed} What was not done waits in a queue.",
            runbook=runbook,
        ).of_events()
        dead_letters.take_failures_of(function)
        aws_events.Rule(
            self,
            "Rule",
            description=purpose,
            schedule=schedule,
            targets=[
                aws_events_targets.LambdaFunction(function.function, dead_letter_queue=dead_letters)
            ],
        )
        alarms.on_silence(
            self,
            "Missed",
            function.function.metric_invocations(period=period),
            periods=silent_periods,
            says=f"{missed} Nothing has called the function.",
            runbook=runbook,
        )
