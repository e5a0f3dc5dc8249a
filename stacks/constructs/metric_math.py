"""What alarms reckon from several metrics."""

from aws_cdk import Duration, aws_cloudwatch

FIVE_MINUTES = Duration.minutes(5)


def percent(
    label: str,
    part: str,
    *,
    of: str,
    at_least: int,
    **metrics: aws_cloudwatch.IMetric,
) -> aws_cloudwatch.MathExpression:
    """What `part` is of `of`; 0 when that is less than `at_least`."""
    return aws_cloudwatch.MathExpression(
        expression=f"IF({of} >= {at_least}, 100 * {part} / {of}, 0)",
        label=label,
        using_metrics=metrics,
        period=FIVE_MINUTES,
    )


def percent_lost(
    label: str, counted: aws_cloudwatch.IMetric, *, at_least: int
) -> aws_cloudwatch.MathExpression:
    """How much less there is than five minutes before; nothing counted is none."""
    now = "FILL(counted, 0)"
    before = f"({now} - DIFF({now}))"
    return percent(label, f"(0 - DIFF({now}))", of=before, at_least=at_least, counted=counted)
