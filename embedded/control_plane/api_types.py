"""The resource types that MiniStack's services have and its CloudFormation lacks or loses."""

from typing import Any

from embedded.control_plane.api_resources import ApiType


def _security_group_rule(properties: dict[str, Any]) -> dict[str, Any]:
    """One rule as the ``IpPermissions`` of ``AuthorizeSecurityGroupIngress`` and ``…Egress``."""
    rule = dict(properties)
    description = {"Description": rule["Description"]} if rule.get("Description") else {}
    permission: dict[str, Any] = {
        name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule
    }
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **description}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **description}]
    for end in ("Source", "Destination"):
        if f"{end}PrefixListId" in rule:
            prefix_list = {"PrefixListId": rule[f"{end}PrefixListId"], **description}
            permission["PrefixListIds"] = [prefix_list]
        if f"{end}SecurityGroupId" in rule:
            pair = {"GroupId": rule[f"{end}SecurityGroupId"], **description}
            if f"{end}SecurityGroupOwnerId" in rule:
                pair["UserId"] = rule[f"{end}SecurityGroupOwnerId"]
            permission["UserIdGroupPairs"] = [pair]
    return {"GroupId": rule["GroupId"], "IpPermissions": [permission]}


def _network_acl_entry(properties: dict[str, Any]) -> dict[str, Any]:
    entry = {"Egress": False, **properties}
    if "Icmp" in entry:
        entry["IcmpTypeCode"] = entry.pop("Icmp")
    return entry


def _flow_log(properties: dict[str, Any]) -> dict[str, Any]:
    log = dict(properties)
    log["ResourceIds"] = [log.pop("ResourceId")]
    return log


def _cluster_capacity_providers(properties: dict[str, Any]) -> dict[str, Any]:
    return {"DefaultCapacityProviderStrategy": [], "CapacityProviders": [], **properties}


def _scaling_policy(properties: dict[str, Any]) -> dict[str, Any]:
    """The target's ``Ref`` names all three."""
    policy = dict(properties)
    if "ScalingTargetId" in policy:
        named = policy.pop("ScalingTargetId").split("|")
        policy |= zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), named, strict=True)
    return policy


API_TYPES: dict[str, ApiType] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": ApiType(
        service="application-autoscaling",
        create="put_scaling_policy",
        physical_id="response.PolicyARN",
        attributes={"Arn": "response.PolicyARN"},
        delete="delete_scaling_policy",
        delete_input={
            name: f"properties.{name}"
            for name in ("PolicyName", "ResourceId", "ScalableDimension", "ServiceNamespace")
        },
        update="put_scaling_policy",
        shaped=_scaling_policy,
    ),
    "AWS::Backup::BackupSelection": ApiType(
        service="backup",
        create="create_backup_selection",
        physical_id="response.SelectionId",
        attributes={"Id": "id", "SelectionId": "id", "BackupPlanId": "properties.BackupPlanId"},
        delete="delete_backup_selection",
        delete_input={"BackupPlanId": "properties.BackupPlanId", "SelectionId": "id"},
    ),
    "AWS::EC2::EIP": ApiType(
        service="ec2",
        create="allocate_address",
        physical_id="response.PublicIp",
        attributes={"PublicIp": "response.PublicIp", "AllocationId": "response.AllocationId"},
        delete="release_address",
        delete_input={"PublicIp": "id"},
        tagged_as="elastic-ip",
    ),
    "AWS::EC2::FlowLog": ApiType(
        service="ec2",
        create="create_flow_logs",
        physical_id="response.FlowLogIds[0]",
        attributes={"Id": "id"},
        delete="delete_flow_logs",
        delete_input={"FlowLogIds": "[id]"},
        tagged_as="vpc-flow-log",
        shaped=_flow_log,
    ),
    "AWS::EC2::NatGateway": ApiType(
        service="ec2",
        create="create_nat_gateway",
        physical_id="response.NatGateway.NatGatewayId",
        attributes={"NatGatewayId": "id"},
        delete="delete_nat_gateway",
        delete_input={"NatGatewayId": "id"},
        tagged_as="natgateway",
    ),
    "AWS::EC2::NetworkAcl": ApiType(
        service="ec2",
        create="create_network_acl",
        physical_id="response.NetworkAcl.NetworkAclId",
        attributes={"Id": "id"},
        delete="delete_network_acl",
        delete_input={"NetworkAclId": "id"},
        tagged_as="network-acl",
    ),
    "AWS::EC2::NetworkAclEntry": ApiType(
        service="ec2",
        create="create_network_acl_entry",
        physical_id="join('|', [properties.NetworkAclId, to_string(properties.RuleNumber),"
        " to_string(properties.Egress || `false`)])",
        attributes={"Id": "id"},
        delete="delete_network_acl_entry",
        delete_input={
            "NetworkAclId": "properties.NetworkAclId",
            "RuleNumber": "properties.RuleNumber",
            "Egress": "properties.Egress",
        },
        update="replace_network_acl_entry",
        shaped=_network_acl_entry,
    ),
    "AWS::EC2::SecurityGroupEgress": ApiType(
        service="ec2",
        create="authorize_security_group_egress",
        physical_id="response.SecurityGroupRules[0].SecurityGroupRuleId",
        attributes={"Id": "id"},
        delete="revoke_security_group_egress",
        delete_input={"GroupId": "properties.GroupId", "IpPermissions": "properties.IpPermissions"},
        named_by_content=True,
        shaped=_security_group_rule,
    ),
    "AWS::EC2::SecurityGroupIngress": ApiType(
        service="ec2",
        create="authorize_security_group_ingress",
        physical_id="response.SecurityGroupRules[0].SecurityGroupRuleId",
        attributes={"Id": "id"},
        delete="revoke_security_group_ingress",
        delete_input={"GroupId": "properties.GroupId", "IpPermissions": "properties.IpPermissions"},
        named_by_content=True,
        shaped=_security_group_rule,
    ),
    "AWS::ECS::ClusterCapacityProviderAssociations": ApiType(
        service="ecs",
        create="put_cluster_capacity_providers",
        physical_id="properties.Cluster",
        delete="put_cluster_capacity_providers",
        delete_input={
            "cluster": "id",
            "capacityProviders": "`[]`",
            "defaultCapacityProviderStrategy": "`[]`",
        },
        update="put_cluster_capacity_providers",
        shaped=_cluster_capacity_providers,
    ),
    # MiniStack has this one, but forgets the secrets of containers, among others.
    "AWS::ECS::TaskDefinition": ApiType(
        service="ecs",
        create="register_task_definition",
        physical_id="response.taskDefinition.taskDefinitionArn",
        attributes={"TaskDefinitionArn": "id"},
        delete="deregister_task_definition",
        delete_input={"taskDefinition": "id"},
        named="Family",
    ),
    # So it does with the grace period, the registries and more of a service's first properties.
    "AWS::ECS::Service": ApiType(
        service="ecs",
        create="create_service",
        physical_id="response.service.serviceArn",
        attributes={"Name": "response.service.serviceName", "ServiceArn": "id"},
        delete="delete_service",
        delete_input={"cluster": "properties.Cluster", "service": "id", "force": "`true`"},
        named="ServiceName",
        keeps_update=True,
    ),
    "AWS::SecretsManager::ResourcePolicy": ApiType(
        service="secretsmanager",
        create="put_resource_policy",
        physical_id="response.ARN",
        attributes={"Id": "id"},
        delete="delete_resource_policy",
        delete_input={"SecretId": "id"},
        update="put_resource_policy",
    ),
    "AWS::WAFv2::WebACLAssociation": ApiType(
        service="wafv2",
        create="associate_web_acl",
        physical_id="join('|', [properties.ResourceArn, properties.WebACLArn])",
        delete="disassociate_web_acl",
        delete_input={"ResourceArn": "properties.ResourceArn"},
    ),
}
