"""What a station says in OCPP 2.0.1, as payloads. Each connector has an EVSE of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.charge import Charge
from simulator.connection import Payload
from simulator.moment import written

BOOT: Payload = {
    "reason": "PowerUp",
    "chargingStation": {"model": "Simulator", "vendorName": "Fleetcharge"},
}

_STARTED = {"eventType": "Started"}
_UPDATED = {"eventType": "Updated", "triggerReason": "MeterValuePeriodic"}
_ENDED = {"eventType": "Ended", "triggerReason": "StopAuthorized"}


def status(evse: int, state: str, at: datetime) -> Payload:
    """``StatusNotification``."""
    return {
        "timestamp": written(at),
        "connectorStatus": state,
        "evseId": evse,
        "connectorId": 1,
    }


def authorize(token: str) -> Payload:
    """``Authorize``."""
    return {"idToken": _id_token(token)}


def started(
    transaction_id: str,
    number: int,
    charge: Charge,
    meter_wh: int,
    remote_start_id: int | None = None,
) -> Payload:
    """``TransactionEvent`` of a transaction's begin; `number` is its ``seqNo``.

    `remote_start_id` names the request that asked for it.
    """
    info: dict[str, str | int] = {"chargingState": "Charging"}
    if remote_start_id is not None:
        info["remoteStartId"] = remote_start_id
    return {
        **_STARTED,
        "triggerReason": "Authorized" if remote_start_id is None else "RemoteStart",
        **_event(transaction_id, number, charge, charge.started_at, **info),
        "idToken": _id_token(charge.token),
        "meterValue": [_meter_value(charge.started_at, meter_wh, "Transaction.Begin")],
    }


def updated(
    transaction_id: str,
    number: int,
    charge: Charge,
    at: datetime,
    register: float,
    unit: str | None = "Wh",
) -> Payload:
    """``TransactionEvent`` with a meter value."""
    return {
        **_UPDATED,
        **_event(transaction_id, number, charge, at, chargingState="Charging"),
        "meterValue": [_meter_value(at, register, "Sample.Periodic", unit)],
    }


def ended(transaction_id: str, number: int, charge: Charge, meter_wh: int) -> Payload:
    """``TransactionEvent`` of a transaction's end."""
    return {
        **_ENDED,
        **_event(transaction_id, number, charge, charge.ended_at, stoppedReason=charge.stop_reason),
        "idToken": _id_token(charge.token),
        "meterValue": [_meter_value(charge.ended_at, meter_wh, "Transaction.End")],
    }


def meter_values(evse: int, at: datetime, register_wh: int) -> Payload:
    """``MeterValues`` with one energy register, outside of transactions."""
    return {"evseId": evse, "meterValue": [_meter_value(at, register_wh, "Sample.Periodic")]}


def _event(
    transaction_id: str, number: int, charge: Charge, at: datetime, **info: str | int
) -> Mapping[str, Any]:
    return {
        "timestamp": written(at),
        "seqNo": number,
        "transactionInfo": {"transactionId": transaction_id, **info},
        "evse": {"id": charge.connector, "connectorId": 1},
    }


def _meter_value(at: datetime, register: float, context: str, unit: str | None = "Wh") -> Payload:
    sample: Payload = {
        "value": register,
        "context": context,
        "measurand": "Energy.Active.Import.Register",
    }
    if unit is not None:
        sample["unitOfMeasure"] = {"unit": unit}
    return {"timestamp": written(at), "sampledValue": [sample]}


def _id_token(token: str) -> Payload:
    return {"idToken": token, "type": "ISO14443"}
