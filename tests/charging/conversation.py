"""A conversation as its texts tell it."""

from services.charging.application.conversation import Conversation, Direction
from services.charging.domain.ocpp_j.frames import MalformedFrameError, read


def tell(conversation: Conversation, direction: Direction, text: str | bytes) -> None:
    try:
        frame = read(text)
    except MalformedFrameError:
        frame = None
    conversation.said(direction, frame, text)
