"""``python -m demo``: deploy an environment here, charge cars, take telemetry, close the month."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp

from contracts.routes import BILLING_API, CHARGING_API
from demo import billing, charging, session_file, solar_power, summary, surplus, telemetry
from demo.deployment import Deployment, NoSuchOutputError
from demo.environment import bring_up, machine, wait_until_served
from demo.progress import Progress
from demo.rest import Refused, RestApi, through
from demo.scenario import Scenario, of_sessions, small_fleet
from embedded.cdk import CdkError
from embedded.control_plane.record import RecordFile, UnreadFile
from embedded.machine import Machine, MachineError
from simulator.connection import CallError

DEVICE = "solar-0001"
OUT = Path("out")

_EXPECTED = (
    MachineError,
    CdkError,
    Refused,
    CallError,
    summary.DoesNotAddUpError,
    NoSuchOutputError,
    OSError,
    aiohttp.ClientError,
)
"""What may go wrong without the demonstration being wrong; its message says enough."""


def main() -> int:
    """Run the demonstration or only bring the environment up; 0 when everything added up."""
    arguments = _arguments()
    progress = Progress()
    try:
        scenario, readings = _inputs(arguments, progress)
    except (OSError, ValueError) as error:
        progress.warn(str(error))
        return 2
    here = machine(arguments.environment)
    stays = arguments.command == "up" or here.is_up()
    try:
        deployment = bring_up(arguments.environment, here, progress)
        if arguments.command == "up":
            _say_where(deployment, here)
        else:
            outcome = asyncio.run(_play(deployment, here, scenario, readings, progress))
            outcome.check()
            _tell(outcome, deployment, here, progress)
            _say_where(deployment, here)
    except (*_EXPECTED, ExceptionGroup) as error:
        for each in _leaves(error):
            progress.warn(f"\n{each}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not stays:
            progress.say("Stopping what was started; `make up` brings it back with all it holds")
            here.down()
    return 0


def _leaves(error: Exception) -> list[Exception]:
    """What went wrong in tasks side by side, each once; a surprise is raised again."""
    if not isinstance(error, ExceptionGroup):
        return [error]
    if surprises := error.split(_EXPECTED)[1]:
        raise surprises
    each = {str(leaf): leaf for part in error.exceptions for leaf in _leaves(part)}
    return list(each.values())


def _inputs(
    arguments: argparse.Namespace, progress: Progress
) -> tuple[Scenario, list[solar_power.SolarPower]]:
    now = datetime.now(UTC)
    if arguments.sessions:
        sessions, broken = session_file.read(arguments.sessions, arguments.zone)
        for line in broken:
            progress.warn(f"{arguments.sessions}: line {line.number}: {line.reason}; left out")
        scenario = of_sessions(sessions, arguments.zone)
    else:
        scenario = small_fleet(now, arguments.zone)
    readings = solar_power.last_day(now)
    if arguments.telemetry:
        readings, broken = solar_power.read(arguments.telemetry)
        for line in broken:
            progress.warn(f"{arguments.telemetry}: line {line.number}: {line.reason}; left out")
    return scenario, readings


async def _play(
    deployment: Deployment,
    here: Machine,
    scenario: Scenario,
    readings: list[solar_power.SolarPower],
    progress: Progress,
) -> summary.Outcome:
    access_token = deployment.sign_in()
    async with (
        RestApi(here.front_door, CHARGING_API, access_token) as charging_api,
        RestApi(here.front_door, BILLING_API, access_token) as billing_api,
    ):
        with progress.step("Waiting for charging and billing behind the front door"):
            await wait_until_served(charging_api, "/stations")
            await wait_until_served(billing_api, "/contracts")
        with progress.step("Contracts, sites, stations and cards") as outcome:
            await billing.put_contracts(billing_api, scenario)
            keys = await charging.register(charging_api, scenario)
            outcome.append(
                f"contracts: {len(scenario.contracts)}, stations: {len(scenario.stations)}"
            )
        wanted = len(scenario.charges)
        with progress.step(f"{wanted} charges over OCPP 1.6J") as outcome:
            told = _every(progress, wanted, "charges")
            kept = await charging.play(charging_api, here.front_door, scenario, keys, told)
            outcome.append(f"{wanted - kept} played, {kept} kept from an earlier run")
        with progress.step("Charging records") as outcome:
            ledger = await billing.wait_for_records(billing_api, scenario)
            outcome.append(f"{ledger.records}, {summary.kilowatt_hours(ledger.energy_wh)}")
        await _telemetry(deployment, here.front_door, access_token, readings, progress)
        at = max(reading.at for reading in readings) + solar_power.MINUTE
        if (
            at > datetime.now(UTC) - solar_power.DAY
        ):  # No recording of another time: charging plans with it.
            site = scenario.stations[0].site_id
            with progress.step(f"The sun of {site}, from telemetry to charging") as outcome:
                watts = await surplus.reaches_charging(
                    deployment,
                    here.front_door,
                    access_token,
                    charging_api,
                    device=DEVICE,
                    site=site,
                    at=at,
                )
                outcome.append(f"{watts} W to plan with")
        with progress.step("Closing the months") as outcome:
            invoices = await billing.close_months(billing_api, scenario)
            outcome.append(f"invoices: {sum(map(len, invoices.values()))}")
        last = next(iter(invoices.values()))[-1]["number"]
        pdf = await billing_api.download(f"/invoices/{last}/pdf")
    return summary.Outcome(scenario, ledger, invoices, {last: pdf})


async def _telemetry(
    deployment: Deployment,
    front_door: str,
    access_token: str,
    readings: list[solar_power.SolarPower],
    progress: Progress,
) -> None:
    secret = deployment.client("secretsmanager").get_secret_value(
        SecretId=deployment.output("telemetry", "WebhookSecretArn")
    )
    with progress.step(f"{len(readings)} minutes of device status to the webhook") as outcome:
        await telemetry.post(
            front_door,
            deployment.output("telemetry", "WebhookUrl"),
            secret["SecretString"],
            DEVICE,
            readings,
            _every(progress, len(readings), "statuses"),
        )
        found = await telemetry.history(
            front_door,
            deployment.output("telemetry", "GraphQlUrl"),
            access_token,
            DEVICE,
            min(reading.at for reading in readings),
            max(reading.at for reading in readings),
        )
        outcome.append(
            f"the query returns {found['sampleCount']} of them, "
            f"{summary.kilowatt_hours(found['solarEnergyWh'])} of sun"
        )
    if found["sampleCount"] < len(readings):
        raise summary.DoesNotAddUpError(
            f"telemetry: {found['sampleCount']} statuses where {len(readings)} were wanted"
        )


def _every(progress: Progress, of: int, what: str) -> Callable[[int], None]:
    """Says how far it is at each tenth."""
    tenth = max(of // 10, 1)

    def told(done: int) -> None:
        if of > 100 and done % tenth == 0:
            progress.say(f"  {done} of {of} {what}")

    return told


def _tell(
    outcome: summary.Outcome, deployment: Deployment, here: Machine, progress: Progress
) -> None:
    files = ", ".join(map(str, outcome.write_documents(OUT)))
    recorded = len(RecordFile(here.recorded).resources())
    unread = len(UnreadFile(here.unread).resources())
    print(f"""
Environment   {deployment.environment}: {len(deployment.stacks())} stacks on the embedded AWS,
              {recorded} resources only recorded, {unread} with a property that
              nothing here reads (`make status` lists them)
{outcome}
An invoice    {files}
Took          {progress.seconds:.0f} s
""")


def _say_where(deployment: Deployment, here: Machine) -> None:
    graphql, headers = through(here.front_door, deployment.output("telemetry", "GraphQlUrl"))
    print(f"""\
Front door    {here.front_door}
Stations      {here.front_door.replace("http", "ws", 1)}/ocpp/STATION
APIs          {here.front_door}{CHARGING_API}, {here.front_door}{BILLING_API}
GraphQL       {graphql}, header Host: {headers["Host"]}
AWS endpoint  {here.endpoint}, account {here.account_id}, {here.region}""")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise argparse.ArgumentTypeError(f"{name!r} is no IANA time zone") from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("command", choices=("play", "up"))
    parser.add_argument("--environment", default="playground")
    parser.add_argument("--sessions", type=Path, help="a file of charging sessions to replay")
    parser.add_argument("--telemetry", type=Path, help="a file of solar power to replay")
    parser.add_argument(
        "--zone", type=_zone, default=ZoneInfo("Europe/Berlin"), help="of the sessions' times"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
