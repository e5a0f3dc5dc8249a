"""Starts the control plane; ends with SIGTERM."""

import os
import shutil

from embedded.control_plane.settings import ControlPlaneSettings


def main() -> None:
    """Run until the process is told to end."""
    settings = ControlPlaneSettings.from_environment(os.environ)
    shutil.rmtree(settings.scratch, ignore_errors=True)
    settings.scratch.mkdir(parents=True)
    os.environ.update(settings.ministack_environment())
    # Only now: MiniStack reads its settings when it is imported.
    from embedded.control_plane.server import serve

    serve(settings)


if __name__ == "__main__":
    main()
