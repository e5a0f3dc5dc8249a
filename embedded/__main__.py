"""``python -m embedded up | down | status | reset | push``."""

import argparse
import sys
from pathlib import Path

from embedded.images import DockerfileError
from embedded.installation import InstallationError
from embedded.machine import Machine, MachineError
from embedded.status import describe


def main() -> int:
    """Run one command; an expected failure is one line on standard error and status 1."""
    arguments = _arguments()
    machine = Machine(
        arguments.folder,
        account_id=arguments.account,
        region=arguments.region,
        control_plane_port=arguments.port,
        front_door_port=arguments.front_door_port,
    )
    try:
        _run(arguments, machine)
    except (MachineError, InstallationError, DockerfileError) as error:
        print(error, file=sys.stderr)  # noqa: T201 — a command line
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(arguments: argparse.Namespace, machine: Machine) -> None:
    say = print
    match arguments.command:
        case "up":
            if not machine.up(say):
                say("already up: kept")
            say(f"AWS endpoint {machine.endpoint}\nfront door   {machine.front_door}")
        case "down":
            machine.down()
        case "reset":
            machine.reset()
        case "status":
            say(describe(machine))
        case "push":
            say(machine.push(arguments.repository, arguments.dockerfile, arguments.context))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m embedded", description="One machine's AWS.")
    parser.add_argument("--folder", type=Path, default=Path(".embedded"), help="all state")
    parser.add_argument("--account", help="12 digits; as last time, or zeros")
    parser.add_argument("--region", help="as last time, or eu-central-1")
    parser.add_argument("--port", type=int, help="of the AWS endpoint; 4566")
    parser.add_argument("--front-door-port", type=int, help="8080")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start what does not run")
    commands.add_parser("down", help="end every process; state stays")
    commands.add_parser("status", help="what runs")
    commands.add_parser("reset", help="down, and state away")
    push = commands.add_parser("push", help="build an image; prints its digest")
    push.add_argument("repository", help="for example shop/cart")
    push.add_argument("dockerfile", type=Path)
    push.add_argument("--context", type=Path, default=Path())
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
