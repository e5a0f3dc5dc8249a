"""Where signed values stand in the messages of stations.

OCPP 1.6 has them as the text of a sampled value whose format is ``SignedData``: the record itself
or, by the application note of the Open Charge Alliance, a JSON object with the fields of 2.0.1.
Some call the first of these fields ``signedMeterValue``.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterable

import msgspec

from services.charging.domain.ocpp16.meter_value import MeterValue as MeterValue16
from services.charging.domain.ocpp201.meter_value import MeterValue as MeterValue201


class _SignedMeterValue(msgspec.Struct, rename="camel"):
    signed_meter_data: str = ""
    signed_meter_value: str = ""


_object = msgspec.json.Decoder(_SignedMeterValue)


def signed_in_16(values: Iterable[MeterValue16]) -> list[bytes]:
    """The records in meter values of OCPP 1.6, byte for byte."""
    return [
        _record_16(sample.value)
        for value in values
        for sample in value.sampled_value
        if sample.format == "SignedData" and sample.value
    ]


def signed_in_201(values: Iterable[MeterValue201]) -> list[bytes]:
    """The records in meter values of OCPP 2.0.1, byte for byte."""
    return [
        _data(sample.signed_meter_value.signed_meter_data)
        for value in values
        for sample in value.sampled_value
        if sample.signed_meter_value is not None
    ]


def _record_16(text: str) -> bytes:
    if text.lstrip().startswith("{"):
        try:
            found = _object.decode(text)
            return _data(found.signed_meter_data or found.signed_meter_value or text)
        except (msgspec.DecodeError, RecursionError):
            return text.encode()
    return _data(text)


def _data(text: str) -> bytes:
    """What is no record yet is one in Base64 or hex; anything else stays as it is."""
    if "|" not in text:
        compact = "".join(text.split())
        try:
            return bytes.fromhex(compact)
        except ValueError:
            pass
        try:
            return b64decode(compact, validate=True)
        except (ValueError, binascii.Error):
            pass
    return text.encode()
