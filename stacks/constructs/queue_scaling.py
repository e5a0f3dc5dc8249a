"""As many tasks as a queue needs."""

from aws_cdk import aws_applicationautoscaling, aws_sqs
from constructs import Construct

from stacks.constructs.load_balanced_service import LoadBalancedService

MESSAGES_PER_TASK = 500
"""Waiting for each task: a few seconds of its work."""

_Policy = aws_applicationautoscaling.CfnScalingPolicy


class QueueScaling(Construct):
    """Starts another task when more messages wait than those that run take in a few seconds.

    A consumer that waits for its database uses no processor, however long the queue is.
    """

    def __init__(
        self, scope: Construct, name: str, *, service: LoadBalancedService, queue: aws_sqs.IQueue
    ) -> None:
        super().__init__(scope, name)
        ecs, target = service.service, service.scaling.scalable_target_ref
        # The construct of the CDK takes no expression.
        _Policy(
            self,
            "Policy",
            policy_name=name,
            policy_type="TargetTrackingScaling",
            # The target's Ref, which names all three: resource, dimension, namespace.
            scaling_target_id=target.resource_id,
            target_tracking_scaling_policy_configuration=(
                _Policy.TargetTrackingScalingPolicyConfigurationProperty(
                    target_value=MESSAGES_PER_TASK,
                    scale_out_cooldown=60,
                    scale_in_cooldown=600,
                    customized_metric_specification=_Policy.CustomizedMetricSpecificationProperty(
                        metrics=[
                            _metric(
                                "waiting",
                                "AWS/SQS",
                                "ApproximateNumberOfMessagesVisible",
                                QueueName=queue.queue_name,
                            ),
                            _metric(
                                "running",
                                "ECS/ContainerInsights",
                                "RunningTaskCount",
                                ClusterName=ecs.cluster.cluster_name,
                                ServiceName=ecs.service_name,
                            ),
                            _Policy.TargetTrackingMetricDataQueryProperty(
                                id="each", expression="waiting / running", return_data=True
                            ),
                        ]
                    ),
                )
            ),
        )


def _metric(
    id_: str, namespace: str, name: str, **dimensions: str
) -> aws_applicationautoscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty:
    return _Policy.TargetTrackingMetricDataQueryProperty(
        id=id_,
        return_data=False,
        metric_stat=_Policy.TargetTrackingMetricStatProperty(
            stat="Average",
            metric=_Policy.TargetTrackingMetricProperty(
                namespace=namespace,
                metric_name=name,
                dimensions=[
                    _Policy.TargetTrackingMetricDimensionProperty(name=key, value=value)
                    for key, value in dimensions.items()
                ],
            ),
        ),
    )
