"""The public paths of each program: written once, for listener rules, distributions and routers.

Every path pattern of the load balancers and of the distribution is one of these prefixes
followed by ``/*``.
"""

OCPP = "/ocpp"
"""Stations connect to ``/ocpp/{station_id}`` (OCPP-J 1.6, section 3.1.1)."""

CHARGING_API = "/charging/v1"
BILLING_API = "/billing/v1"

SIMULATOR = "/simulator"
"""The station simulator's site; the distribution asks for a password before it."""

GRAFANA = "/grafana"
"""Dashboards, where an environment has them."""

DRIVER_APP = "/driver"
"""Where the driver app comes back to from signing in."""

CLIENT_CERTIFICATE = "X-Amzn-Mtls-Clientcert-Leaf"
"""Header in which a load balancer that verifies clients says whose certificate it was; it counts
only from there."""

ORIGIN_KEY = "X-Origin-Key"
"""Header by which the public load balancer knows our distribution from others of CloudFront's."""

HEALTH = "/health"
"""Answers 200 on a program's own port when it can do its work; never routed from outside."""

METRICS = "/metrics"
"""What a program counts, for Prometheus on the program's own port; never routed from outside."""
