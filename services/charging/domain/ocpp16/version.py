"""OCPP 1.6 with its security white paper."""

from services.charging.domain.ocpp16.commands import ANSWERS, REQUESTS
from services.charging.domain.ocpp_j.frames import OCPP_J_1_6
from services.charging.domain.ocpp_j.reading import Reader
from services.charging.domain.ocpp_j.version import Version

OCPP_1_6 = Version(
    name="ocpp1.6",
    framing=OCPP_J_1_6,
    reader=Reader(
        implied={
            "errorCode": "NoError",
            "chargePointVendor": "",
            "chargePointModel": "",
            "sampledValue": [],
            "value": "",
            # As stations say that were cut off when the transaction began.
            "transactionId": -1,
            "readonly": False,
        },
        unknown={"errorCode": "OtherError", "reason": "Other", "context": "Other"},
        # OCPP 1.5 and 2.0.1 have one status for what 1.6 divides.
        renamed={"Occupied": "Preparing"},
        dispensable={"location", "format"},
        harmless_sample={"value": "", "measurand": "RPM"},
    ),
    requests=REQUESTS,
    answers=ANSWERS,
)
