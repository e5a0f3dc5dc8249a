"""When the tasks of a service run, where an environment has hours."""

from aws_cdk import TimeZone, aws_applicationautoscaling, aws_ecs

from stacks.environments import WORKING_ZONE, Hours


def stop_out_of_hours(
    scaling: aws_ecs.ScalableTaskCount, hours: Hours, *, least: int, most: int
) -> None:
    """Between `least` and `most` tasks from each morning on, none from the evening on.

    With the last task gone the database has no connection left, and pauses.
    """
    for name, time, minimum, maximum in (
        ("Morning", hours.start, least, most),
        ("Evening", hours.end, 0, 0),
    ):
        hour, minute = time.split(":")
        scaling.scale_on_schedule(
            name,
            schedule=aws_applicationautoscaling.Schedule.cron(
                minute=str(int(minute)), hour=str(int(hour)), week_day=hours.days
            ),
            time_zone=TimeZone.of(WORKING_ZONE),
            min_capacity=minimum,
            max_capacity=maximum,
        )
