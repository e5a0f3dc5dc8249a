"""What the control plane is started with, and what that means for MiniStack."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ControlPlaneSettings:
    """See the package's docstring for each variable."""

    port: int
    account_id: str
    region: str
    state: Path
    record: Path
    keeps_hours: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ControlPlaneSettings":
        """Raises `KeyError` naming the variable that is not set."""
        return cls(
            port=int(environment["GATEWAY_PORT"]),
            account_id=environment["MINISTACK_ACCOUNT_ID"],
            region=environment["MINISTACK_REGION"],
            state=Path(environment["STATE_DIR"]).absolute(),
            record=Path(environment["EMBEDDED_RECORD"]).absolute(),
            keeps_hours=environment.get("EMBEDDED_KEEPS_HOURS") != "0",
        )

    @property
    def endpoint(self) -> str:
        """The name must contain ``localhost``: only then do CDK's asset addresses work."""
        return f"http://localhost:{self.port}"

    @property
    def unread(self) -> Path:
        """File of the properties that nobody read, beside the record."""
        return self.record.with_name("unread.json")

    @property
    def scratch(self) -> Path:
        """Emptied at every start: a killed process leaves unpacked functions behind."""
        return self.state / "scratch"

    def ministack_environment(self) -> dict[str, str]:
        """MiniStack reads its settings at import, so these must be in the environment before."""
        return {
            "STATE_DIR": str(self.state),
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state / "s3"),
            "LAMBDA_EXECUTOR": "local",
            # A listener of its own each; nothing may listen that nobody asked for.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "TMPDIR": str(self.scratch),
        }
