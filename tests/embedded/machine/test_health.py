from embedded.front_door.deployment import HealthCheck
from embedded.front_door.health import TargetHealth

CHECK = HealthCheck(
    protocol="HTTP",
    path="/health",
    port=None,
    success_codes="200",
    interval_seconds=30,
    timeout_seconds=5,
    healthy_threshold=3,
    unhealthy_threshold=2,
)


def states(*failures: str | None) -> list[str]:
    health = TargetHealth()
    seen = []
    for failure in failures:
        health.take(CHECK, failure)
        seen.append(health.state)
    return seen


def test_a_new_target_needs_one_passed_check() -> None:
    assert states("status 503", "status 503", None) == ["initial", "initial", "healthy"]


def test_a_healthy_target_falls_after_its_threshold_in_a_row() -> None:
    assert states(None, "x", None, "x", "x") == [
        *("healthy", "healthy", "healthy", "healthy", "unhealthy")
    ]


def test_an_unhealthy_target_rises_after_its_threshold_in_a_row() -> None:
    assert states(None, "x", "x", None, None, None)[-3:] == ["unhealthy", "unhealthy", "healthy"]
