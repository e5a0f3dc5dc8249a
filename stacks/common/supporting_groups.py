"""What supporting services may reach, and who may reach them."""

from aws_cdk import aws_ec2
from constructs import Construct

from stacks.common.security_groups import as_it_is, group, let
from stacks.environments import Supporting

HTTPS = 443
NFS = 2049
PROMETHEUS_PORT = 9090
GRAFANA_PORT = 3000
AMQPS_PORT = 5671


class SupportingGroups:
    """A group for each service that the environment turns on, made in the network stack."""

    def __init__(
        self,
        network: Construct,
        *,
        vpc: aws_ec2.IVpc,
        supporting: Supporting,
        api_port: int,
        public_load_balancer: aws_ec2.SecurityGroup,
        service: aws_ec2.SecurityGroup,
        function: aws_ec2.SecurityGroup,
    ) -> None:
        anyone = aws_ec2.Peer.any_ipv4()
        https = aws_ec2.Port.tcp(HTTPS)
        self.callers: list[aws_ec2.SecurityGroup] = []
        """Those that call AWS's own APIs."""
        if supporting.metrics:
            prometheus = group(network, vpc, "Prometheus", "Reads what programs count")
            prometheus.add_egress_rule(anyone, https, "APIs of AWS")
            let(prometheus, service, api_port, "Prometheus to what programs count")
            self.callers.append(prometheus)
            self.prometheus = as_it_is(prometheus)
        if supporting.grafana:
            grafana = group(network, vpc, "Grafana", "Shows dashboards to people")
            files = group(network, vpc, "GrafanaFiles", "Keeps what Grafana keeps")
            grafana.add_egress_rule(anyone, https, "APIs of AWS, and where people sign in")
            let(public_load_balancer, grafana, GRAFANA_PORT, "The load balancer to Grafana")
            let(grafana, prometheus, PROMETHEUS_PORT, "Grafana to Prometheus")
            let(grafana, files, NFS, "Grafana to its files")
            self.callers.append(grafana)
            self.grafana = as_it_is(grafana)
            self.grafana_files = as_it_is(files)
        if supporting.broker:
            broker = group(network, vpc, "Broker", "Keeps messages for systems of partners")
            clients = group(network, vpc, "BrokerClients", "Who speaks AMQP with the broker")
            let(clients, broker, AMQPS_PORT, "AMQP inside TLS to the broker")
            self.broker = as_it_is(broker)
            self.broker_clients = as_it_is(clients)
        if supporting.search:
            search = group(network, vpc, "Search", "Keeps logs to be searched")
            let(function, search, HTTPS, "The function that brings logs")
            readers = group(network, vpc, "SearchReaders", "Shells of people who search")
            let(readers, search, HTTPS, "People who search")
            readers.add_egress_rule(anyone, https, "APIs of AWS")
            self.callers.append(readers)
            self.search = as_it_is(search)
