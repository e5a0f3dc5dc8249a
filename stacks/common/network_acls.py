"""Network access control lists: the coarse second fence behind the security groups."""

from aws_cdk import aws_ec2
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge

EPHEMERAL = (1024, 65535)
"""Ports to which answers come back: lists keep no state (VPC user guide, "Ephemeral ports")."""


class NetworkAcls(Construct):
    """A list for each kind of subnet.

    Rules: the public subnets take HTTP, HTTPS, answers and stations (8443, among the ports of
    answers) from anywhere; the private ones take
    answers, and the network's own traffic; the isolated ones speak with the network only.
    """

    def __init__(self, scope: Construct, name: str, *, vpc: aws_ec2.Vpc, cidr: str) -> None:
        super().__init__(scope, name)
        acknowledge(
            self,
            "VPC3",
            because="Required: a mistake in a security group must not open the database's subnets.",
            owner=Owner.SECURITY,
        )
        own = aws_ec2.AclCidr.ipv4(cidr)
        anyone = aws_ec2.AclCidr.any_ipv4()
        everything = aws_ec2.AclTraffic.all_traffic()
        answers = aws_ec2.AclTraffic.tcp_port_range(*EPHEMERAL)
        self._list(
            "Public",
            vpc.public_subnets,
            [
                (own, everything),
                (anyone, aws_ec2.AclTraffic.tcp_port(80)),
                (anyone, aws_ec2.AclTraffic.tcp_port(443)),
                (anyone, answers),
            ],
            [(anyone, everything)],
            vpc,
        )
        self._list(
            "Private",
            vpc.private_subnets,
            [(own, everything), (anyone, answers)],
            [(anyone, everything)],
            vpc,
        )
        self._list("Isolated", vpc.isolated_subnets, [(own, everything)], [(own, everything)], vpc)

    def _list(
        self,
        name: str,
        subnets: list[aws_ec2.ISubnet],
        inward: list[tuple[aws_ec2.AclCidr, aws_ec2.AclTraffic]],
        outward: list[tuple[aws_ec2.AclCidr, aws_ec2.AclTraffic]],
        vpc: aws_ec2.Vpc,
    ) -> None:
        acl = aws_ec2.NetworkAcl(
            self, name, vpc=vpc, subnet_selection=aws_ec2.SubnetSelection(subnets=subnets)
        )
        directions = (
            ("In", aws_ec2.TrafficDirection.INGRESS, inward),
            ("Out", aws_ec2.TrafficDirection.EGRESS, outward),
        )
        for label, direction, entries in directions:
            for number, (cidr, traffic) in enumerate(entries, start=1):
                acl.add_entry(
                    f"{label}{number}",
                    cidr=cidr,
                    traffic=traffic,
                    rule_number=number * 100,
                    direction=direction,
                )
