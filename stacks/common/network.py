"""The network: three zones, each with a public, a private and an isolated subnet.

Public subnets hold load balancers and NAT gateways, private ones programs, isolated ones the
database, which has no way out. Every rule between security groups is in this file: the groups are
handed on as they are, and no other stack adds to them.
"""

from aws_cdk import CfnOutput, aws_ec2, aws_iam, aws_kms
from constructs import Construct

from stacks.common.gateway_endpoints import open_gateways
from stacks.common.interface_endpoints import InterfaceEndpoints
from stacks.common.network_acls import NetworkAcls
from stacks.common.security_groups import as_it_is, group, let
from stacks.common.supporting_groups import SupportingGroups
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment

HTTP = 80
HTTPS = 443
STATION_PORT = 8443
"""Of stations that show a certificate: the load balancer asks for one at a port, not at a path."""
API_PORT = 8080
GATEWAY_PORT = 9000
DATABASE_PORT = 15432
"""Not PostgreSQL's own: what scans for that finds nothing."""

ORIGIN_FACING_CLOUDFRONT = {"eu-central-1": "pl-a3a144ca"}
"""AWS's list of the addresses from which CloudFront speaks to origins, by region."""

PUBLIC = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PUBLIC)
PRIVATE = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS)
ISOLATED = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)


class NetworkStack(EnvironmentStack):
    """The VPC and its security groups."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, key: aws_kms.IKey
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self.vpc = aws_ec2.Vpc(
            self,
            "Vpc",
            vpc_name=self.environment_name,
            ip_addresses=aws_ec2.IpAddresses.cidr(environment.cidr),
            availability_zones=list(environment.zones),
            nat_gateways=environment.nat_gateways,
            # Nothing uses the default group; emptying it takes a function with rights over groups.
            restrict_default_security_group=False,
            subnet_configuration=[
                aws_ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=aws_ec2.SubnetType.PUBLIC,
                    cidr_mask=24,
                    map_public_ip_on_launch=False,
                ),
                aws_ec2.SubnetConfiguration(
                    name="private",
                    subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS,
                    cidr_mask=20,
                ),
                aws_ec2.SubnetConfiguration(
                    name="isolated",
                    subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED,
                    cidr_mask=24,
                ),
            ],
        )
        open_gateways(self.vpc)
        self.public_ranges = [subnet.ipv4_cidr_block for subnet in self.vpc.public_subnets]
        """Of the subnets in which the public load balancer has its addresses."""
        self._keep_flow_logs(key)
        NetworkAcls(self, "NetworkAcls", vpc=self.vpc, cidr=environment.cidr)
        self._let_each_reach_what_it_must(environment)
        CfnOutput(self, "VpcId", value=self.vpc.vpc_id)

    def _keep_flow_logs(self, key: aws_kms.IKey) -> None:
        self.vpc.add_flow_log(
            "Rejected",
            traffic_type=aws_ec2.FlowLogTrafficType.REJECT,
            destination=aws_ec2.FlowLogDestination.to_cloud_watch_logs(
                EncryptedLogGroup(self, "FlowLogs", key=key),
                aws_iam.Role(
                    self,
                    "FlowLogsRole",
                    assumed_by=aws_iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
                ),
            ),
        )

    def _let_each_reach_what_it_must(self, environment: Environment) -> None:
        entry = HTTPS if environment.domain else HTTP
        anyone = aws_ec2.Peer.any_ipv4()
        cloudfront = aws_ec2.Peer.prefix_list(ORIGIN_FACING_CLOUDFRONT[environment.region])
        public = group(self, self.vpc, "PublicLoadBalancer", "Takes what CloudFront passes on")
        private = group(
            self, self.vpc, "PrivateLoadBalancer", "Takes what programs ask of each other"
        )
        service = group(self, self.vpc, "Service", "Programs that run all the time")
        function = group(self, self.vpc, "Function", "Functions with work inside the network")
        database = group(self, self.vpc, "Database", "The database cluster")

        let(cloudfront, public, entry, "CloudFront to the public load balancer")
        if environment.domain and environment.domain.station_authorities:
            let(anyone, public, STATION_PORT, "Stations with a certificate of their own")
            acknowledge(
                public,
                "EC23",
                because="Stations call from anywhere; without a certificate none gets to speak.",
                owner=Owner.CHARGING,
            )
        let(service, private, entry, "Programs to the private load balancer")
        let(function, private, entry, "Functions to the private load balancer")
        for balancer in (public, private):
            let(balancer, service, API_PORT, "Load balancers to REST APIs and health")
            let(balancer, service, GATEWAY_PORT, "Load balancers to the OCPP gateway")
        for program in (service, function):
            let(program, database, DATABASE_PORT, "Programs to the database")
            program.add_egress_rule(anyone, aws_ec2.Port.tcp(HTTPS), "APIs of AWS")
        if environment.plug_and_charge.ocsp_hosts:
            # What they say is signed, so they speak plain HTTP (RFC 6960, appendix A).
            service.add_egress_rule(anyone, aws_ec2.Port.tcp(HTTP), "OCSP responders")

        self.public_load_balancer = as_it_is(public)
        self.private_load_balancer = as_it_is(private)
        self.service = as_it_is(service)
        self.function = as_it_is(function)
        self.database = as_it_is(database)
        callers = [service, function]
        self.instances: aws_ec2.ISecurityGroup | None = None
        if environment.instances:
            # Tasks have interfaces, and groups, of their own: nothing reaches the machine.
            instances = group(self, self.vpc, "Instances", "Machines that programs run on")
            instances.add_egress_rule(anyone, aws_ec2.Port.tcp(HTTPS), "APIs of AWS")
            self.instances = as_it_is(instances)
            callers.append(instances)
        self.supporting = SupportingGroups(
            self,
            vpc=self.vpc,
            supporting=environment.supporting,
            api_port=API_PORT,
            public_load_balancer=public,
            service=service,
            function=function,
        )
        if environment.interface_endpoints:
            InterfaceEndpoints(
                self,
                "Endpoints",
                vpc=self.vpc,
                services=environment.interface_endpoints,
                callers=[*callers, *self.supporting.callers],
            )
