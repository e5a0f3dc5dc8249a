"""Status documents as a device's cloud posts them."""

import json
from datetime import UTC, datetime
from typing import Any

from lambdas.telemetry.domain.status import StatusDocument, read_document

RECEIVED_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEVICE = "e00fce68d36c5b9b9a9f2b61"


def text_of(
    published_at: str = "2026-11-21T11:59:00.123Z",
    *,
    device_id: str = DEVICE,
    event: str = "status",
    **data: Any,
) -> str:
    """One document; ``data`` is a string with JSON inside, as Particle has it."""
    return json.dumps(
        {
            "event": event,
            "data": json.dumps(data or {"solar_power_w": 812.5}),
            "coreid": device_id,
            "published_at": published_at,
        }
    )


def document(
    published_at: str = "2026-11-21T11:59:00.123Z", *, device_id: str = DEVICE, **data: Any
) -> StatusDocument:
    text = text_of(published_at, device_id=device_id, **data)
    return read_document(text, received_at=RECEIVED_AT)
