"""How programs connect to PostgreSQL: whoever is gone without a word is noticed in seconds.

A host that vanishes closes no connection. By itself Linux takes 15 minutes to give up what it has
sent there, and two hours to ask after whom it only listens to.
"""

from collections.abc import Mapping

PATIENCE: Mapping[str, str] = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",  # Milliseconds, for what was sent and is not received.
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    # After a failover a name may lead to the node that only reads, for a while.
    "target_session_attrs": "read-write",
}
"""Parameters of libpq, in seconds where nothing else is said; a socket in a folder needs none."""
