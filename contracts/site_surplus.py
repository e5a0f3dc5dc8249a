"""Solar surplus of a site: whoever measures or forecasts it posts it to charging.

``POST /charging/v1/sites/{site_id}/surplus`` takes a list of these. It may be repeated: of one
moment the last figure counts.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SiteSurplus:
    """What the site would feed into the grid if nobody charged, from a moment on.

    Measured or forecast; it holds until the next figure, for half an hour at most.
    """

    begins_at: datetime
    """With its zone."""
    surplus_w: int
    """Over all phases; negative when the site draws from the grid."""
