"""The front door: one port that stands for CloudFront, load balancers and public API endpoints.

It knows nothing but what the control plane's APIs say was deployed, and reads that again every
second or so. The Host header selects who answers:

- a distribution's domain name or alias: the behaviour whose path pattern matches first; a load
  balancer as origin is served here, any other origin by MiniStack;
- a load balancer's DNS name, or a name in Route 53 that leads to it: its listener's rules by
  priority, then a healthy target;
- ``execute-api``, ``lambda-url`` and ``appsync-api`` hosts: MiniStack;
- any other, such as ``localhost``: the account's distribution, or, without one, its
  internet-facing load balancer.

Who begins with a TLS handshake is meant for a listener that verifies clients, which the name in the
handshake tells; ``tls/authority.pem`` in the machine's folder is whose certificate it shows.

Runs as ``python -m embedded.front_door`` with ``FRONT_DOOR_PORT``, ``GATEWAY_PORT`` of the control
plane, ``MINISTACK_ACCOUNT_ID``, ``MINISTACK_REGION`` and ``EMBEDDED_AWS_MACHINE``, the machine's
folder, where ``target-health.json`` says what the health checks found.
"""
