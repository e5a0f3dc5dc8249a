"""How much of an environment's data is kept, and how it is served."""

from typing import Annotated, Self

from pydantic import Field
from pydantic import model_validator as checked

from stacks.environments.table import Table
from stacks.environments.values import CapacityUnits, KeptDays


class Database(Table):
    """Size and backups of the Aurora cluster."""

    minimum_capacity: CapacityUnits
    """0 lets an idle cluster pause: it costs nothing then, and takes 15 seconds to wake."""
    maximum_capacity: Annotated[CapacityUnits, Field(ge=1)]
    readers: Annotated[int, Field(ge=0, le=15)]
    """More than 0 lets the cluster survive the loss of a zone within a minute."""
    backup_days: Annotated[int, Field(ge=1, le=35)]

    @checked(mode="after")
    def _minimum_fits(self) -> Self:
        if self.minimum_capacity > self.maximum_capacity:
            raise ValueError("minimum_capacity is above maximum_capacity")
        return self


class Backups(Table):
    """What AWS Backup keeps of the environment's data, apart from where the data is."""

    daily_days: KeptDays
    """How long each night's backup stays in the environment."""
    monthly_days: KeptDays | None = None
    """How long that of a month's first night stays; without it there is none."""
    copy_days: KeptDays | None = None
    """How long copies of each night's stay in the backup account, in both regions, where a
    month's stay for `monthly_days`; without it nothing is copied."""
    tested: bool
    """Once a week the latest backup of each store is restored, to see that it can be."""

    @checked(mode="after")
    def _months_outlast_nights(self) -> Self:
        if self.monthly_days is not None and self.monthly_days <= self.daily_days:
            raise ValueError("monthly_days is not above daily_days: leave it out")
        return self
