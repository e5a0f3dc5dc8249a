"""What charging tells of itself: its metrics on its dashboard, alarms on those that users feel."""

from aws_cdk import Duration, aws_cloudwatch
from constructs import Construct

from contracts import charging_metrics
from contracts.charging_metrics import (
    ANSWER_TIME,
    ANSWERED,
    ANSWERS,
    DIRECTION,
    EACH_ACTION,
    REFUSED,
    RESULT,
    SERVICE,
    STATIONS_ANSWERED,
    STATIONS_WERE_ANSWERED,
    Metric,
)
from stacks.constructs.alarms import AT_MOST, Alarms
from stacks.constructs.environment_stack import environment_stack
from stacks.constructs.graph import graph
from stacks.constructs.metric_math import FIVE_MINUTES, percent, percent_lost
from stacks.constructs.service_monitoring import ServiceMonitoring

MINUTE = Duration.minutes(1)
FEW_STATIONS = 20
"""With fewer, those of one site that lost its line would be a third of all."""
FEW_ANSWERS = 100
COUNTED = 5
"""Times that a node counts its connections in five minutes, or once less: a fifth is no loss."""
LOST_PERCENT = 30
"""Of the stations that were connected five minutes before."""
NOT_ADMITTED = 300
"""In five minutes: a station without its key comes once a minute or so, and nobody has sixty."""
REFUSED_PERCENT = 5
SLOW_SECONDS = 2
"""The slowest answer in a hundred. Stations give up after 30, and their drivers wait meanwhile."""
NOT_RELAYED_SECONDS = 300
"""The relay looks every 2 seconds."""
FORGOTTEN_SECONDS = 120
"""A command without an answer is given up after 30, by another node after 90."""

AUTHORITY_DAYS = 365
"""A certificate of a station lasts as long, and never longer than its authority."""


class ChargingMonitoring(Construct):
    """Reads what ``contracts/charging_metrics.py`` says that the program writes."""

    def __init__(
        self, scope: Construct, name: str, *, alarms: Alarms, monitoring: ServiceMonitoring
    ) -> None:
        super().__init__(scope, name)
        self._alarms = alarms
        self._show(monitoring)
        if environment_stack(self).settings.hours is None:
            # Elsewhere every station goes each evening, as it is meant to.
            self._watch_connections()
        self._watch_admissions()
        self._watch_answers()
        self._watch_what_waits()
        self._watch_certificates()

    def _show(self, monitoring: ServiceMonitoring) -> None:
        standing = {
            metric: _metric(metric, "Maximum")
            for metric in (
                charging_metrics.OPEN_TRANSACTIONS,
                charging_metrics.OLDEST_UNANSWERED_CALL,
                charging_metrics.OLDEST_OUTBOX_EVENT,
                charging_metrics.QUARANTINED_RECORDS,
                charging_metrics.QUARANTINE_LEFT_OUT,
                charging_metrics.STATION_CERTIFICATES_ENDING,
                charging_metrics.STATION_AUTHORITY_DAYS,
            )
        }
        monitoring.show(
            graph("Stations connected", _metric(charging_metrics.CONNECTIONS, "Sum")),
            graph(
                "Stations that were not let in",
                _metric(charging_metrics.STATIONS_NOT_ADMITTED, "Sum"),
            ),
            graph("Charging sessions open", standing[charging_metrics.OPEN_TRANSACTIONS]),
            graph(
                "Not understood: put in quarantine, only counted today, unreadable",
                standing[charging_metrics.QUARANTINED_RECORDS],
                standing[charging_metrics.QUARANTINE_LEFT_OUT],
                _metric(charging_metrics.MALFORMED_FRAMES, "Sum"),
            ),
            graph(
                "Answers to stations, by action and result", _each_action(STATIONS_WERE_ANSWERED)
            ),
            graph("Answers of stations, by action and result", _each_action(STATIONS_ANSWERED)),
            graph(
                "Seconds to answer stations: median, slowest in a hundred",
                _answers(ANSWER_TIME, ANSWERED, "p50"),
                _answers(ANSWER_TIME, ANSWERED, "p99"),
            ),
            graph(
                "Seconds that the oldest command waits for its station",
                standing[charging_metrics.OLDEST_UNANSWERED_CALL],
            ),
            graph(
                "Seconds that the oldest event waits in the outbox",
                standing[charging_metrics.OLDEST_OUTBOX_EVENT],
            ),
            graph(
                "Stations whose certificate ends soon",
                standing[charging_metrics.STATION_CERTIFICATES_ENDING],
            ),
            graph(
                "Days until the stations' authority ends",
                standing[charging_metrics.STATION_AUTHORITY_DAYS],
            ),
        )

    def _watch_connections(self) -> None:
        # Where no node counts, no station is connected.
        self._alarms.on(
            self,
            "StationsLost",
            percent_lost(
                "Stations that were lost",
                _metric(charging_metrics.CONNECTIONS, "Sum", FIVE_MINUTES),
                at_least=FEW_STATIONS * COUNTED,
            ),
            threshold=LOST_PERCENT,
            periods=1,
            says="Many stations lost their connection at once.",
            runbook="stations-lost",
        )

    def _watch_admissions(self) -> None:
        self._alarms.on(
            self,
            "StationsNotAdmitted",
            _metric(charging_metrics.STATIONS_NOT_ADMITTED, "Sum", FIVE_MINUTES),
            threshold=NOT_ADMITTED,
            says="Somebody tries keys of stations, or many stations lost theirs.",
            runbook="stations-not-admitted",
        )

    def _watch_answers(self) -> None:
        errors = "FILL(errors, 0)"
        self._alarms.on(
            self,
            "StationsRefused",
            percent(
                "Answers that are errors",
                errors,
                of=f"({errors} + FILL(results, 0))",
                at_least=FEW_ANSWERS,
                errors=_answers(ANSWERS, REFUSED, "Sum", FIVE_MINUTES),
                results=_answers(ANSWERS, ANSWERED, "Sum", FIVE_MINUTES),
            ),
            threshold=REFUSED_PERCENT,
            says="Stations hear errors instead of answers.",
            runbook="stations-refused",
        )
        self._alarms.on(
            self,
            "StationsWait",
            _answers(ANSWER_TIME, ANSWERED, "p99"),
            threshold=SLOW_SECONDS,
            periods=5,
            says="Stations wait for their answers, and drivers before them.",
            runbook="service-slow",
        )

    def _watch_what_waits(self) -> None:
        self._alarms.on(
            self,
            "EventsNotRelayed",
            _metric(charging_metrics.OLDEST_OUTBOX_EVENT, "Maximum"),
            threshold=NOT_RELAYED_SECONDS,
            says="Sessions that began or ended are not told to billing.",
            runbook="events-not-relayed",
        )
        self._alarms.on(
            self,
            "CommandsForgotten",
            _metric(charging_metrics.OLDEST_UNANSWERED_CALL, "Maximum"),
            threshold=FORGOTTEN_SECONDS,
            says="Who sent a command to a station waits, and no node gives it up.",
            runbook="commands-forgotten",
        )

    def _watch_certificates(self) -> None:
        self._alarms.on(
            self,
            "StationCertificatesEnd",
            _metric(charging_metrics.STATION_CERTIFICATES_ENDING, "Maximum"),
            threshold=1,
            says="Stations will not be let in any more: they asked for no new certificate.",
            runbook="station-certificates",
        )
        self._alarms.on(
            self,
            "StationAuthorityEnds",
            _metric(charging_metrics.STATION_AUTHORITY_DAYS, "Minimum"),
            threshold=AUTHORITY_DAYS,
            when=AT_MOST,
            says="Stations get certificates that end before their year is over.",
            runbook="station-authority",
        )


def _metric(
    metric: Metric, statistic: str, period: Duration = MINUTE, **dimensions: str
) -> aws_cloudwatch.Metric:
    return aws_cloudwatch.Metric(
        namespace=charging_metrics.NAMESPACE,
        metric_name=metric.name,
        dimensions_map={**SERVICE, **dimensions},
        period=period,
        statistic=statistic,
    )


def _answers(
    metric: Metric, result: str, statistic: str, period: Duration = MINUTE
) -> aws_cloudwatch.Metric:
    """Ours, to whatever stations asked."""
    return _metric(metric, statistic, period, **{DIRECTION: STATIONS_WERE_ANSWERED, RESULT: result})


def _each_action(direction: str) -> aws_cloudwatch.IMetric:
    """A line for each action and result; which there are, CloudWatch looks up."""
    kinds = ",".join((charging_metrics.NAMESPACE, *EACH_ACTION))
    words = f'{{{kinds}}} MetricName="{ANSWERS.name}" {DIRECTION}="{direction}"'
    return aws_cloudwatch.MathExpression(
        expression=f"SEARCH('{words}', 'Sum', {MINUTE.to_seconds():g})", label="", period=MINUTE
    )
