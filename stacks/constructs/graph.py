"""Graphs of dashboards."""

from aws_cdk import aws_cloudwatch


def graph(title: str, *metrics: aws_cloudwatch.IMetric) -> aws_cloudwatch.GraphWidget:
    """A third of a dashboard's width."""
    return aws_cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
