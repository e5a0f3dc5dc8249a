"""The versions of OCPP that the central system speaks."""

from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.ocpp_j.version import Version

VERSIONS = (OCPP_2_0_1, OCPP_1_6)
"""The one that we would rather speak first."""


def version(name: str) -> Version:
    """By its sub-protocol; raises `KeyError`."""
    return _BY_NAME[name]


_BY_NAME = {known.name: known for known in VERSIONS}
