"""OCPP 2.0.1, all blocks."""

from services.charging.domain.ocpp201.commands import ANSWERS, REQUESTS
from services.charging.domain.ocpp_j.frames import OCPP_J_2_0_1
from services.charging.domain.ocpp_j.reading import Reader
from services.charging.domain.ocpp_j.version import Version

OCPP_2_0_1 = Version(
    name="ocpp2.0.1",
    framing=OCPP_J_2_0_1,
    reader=Reader(
        implied={
            "model": "",
            "vendorName": "",
            "reason": "Unknown",
            "triggerReason": "Trigger",
            "type": "Central",
            # A record of OCMF says itself how it is signed, and operators enter the keys.
            "signingMethod": "",
            "encodingMethod": "",
            "publicKey": "",
        },
        unknown={
            # Who charges is known all the same; `Central` is what no card shows itself as.
            "type": "Central",
            "context": "Other",
            "reason": "Unknown",
            "stoppedReason": "Other",
            "triggerReason": "Trigger",
        },
        # What OCPP 1.6 divides, 2.0.1 has one status for.
        renamed=dict.fromkeys(
            ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"), "Occupied"
        ),
        dispensable={"location", "chargingState"},
        harmless_sample={"value": 0, "measurand": "Frequency"},
    ),
    requests=REQUESTS,
    answers=ANSWERS,
)
