"""What a station says in OCPP 1.6, as payloads."""

from datetime import datetime

from simulator.charge import Charge
from simulator.connection import Payload
from simulator.moment import written

BOOT: Payload = {"chargePointVendor": "Fleetcharge", "chargePointModel": "Simulator"}


def status(connector: int, state: str, at: datetime) -> Payload:
    """``StatusNotification``."""
    return {
        "connectorId": connector,
        "errorCode": "NoError",
        "status": state,
        "timestamp": written(at),
    }


def start(charge: Charge, meter_wh: int) -> Payload:
    """``StartTransaction``."""
    return {
        "connectorId": charge.connector,
        "idTag": charge.token,
        "meterStart": meter_wh,
        "timestamp": written(charge.started_at),
    }


def meter_values(
    connector: int, transaction_id: int | None, at: datetime, value: str, unit: str | None = "Wh"
) -> Payload:
    """``MeterValues`` with one energy register."""
    sample = {
        "value": value,
        "context": "Sample.Periodic",
        "measurand": "Energy.Active.Import.Register",
    }
    payload: Payload = {
        "connectorId": connector,
        "meterValue": [
            {
                "timestamp": written(at),
                "sampledValue": [sample if unit is None else {**sample, "unit": unit}],
            }
        ],
    }
    return payload if transaction_id is None else {**payload, "transactionId": transaction_id}


def stop(transaction_id: int, charge: Charge, meter_wh: int) -> Payload:
    """``StopTransaction``."""
    return {
        "transactionId": transaction_id,
        "idTag": charge.token,
        "meterStop": meter_wh,
        "timestamp": written(charge.ended_at),
        "reason": charge.stop_reason,
    }
