from pathlib import Path

import pytest

from proofs import __main__ as command
from proofs import zone_of_trust
from proofs.assembly import Json, Stage
from proofs.zone_of_trust import faults, unused
from tests.proofs.stages import resource, stage

OURS, THEIRS = "100000000014", "999999999999"


def letting_in(principal: object, effect: str = "Allow") -> Stage:
    trust = {"Effect": effect, "Action": "sts:AssumeRole", "Principal": principal}
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [trust]})
    return stage(backup={"Restore": role})


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"arn:aws:iam::{THEIRS}:root"},
        {"AWS": [f"arn:aws:iam::{OURS}:root", f"arn:aws:iam::{THEIRS}:role/any"]},
        {"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{THEIRS}:root"]]}},
        {"AWS": THEIRS},
    ],
)
def test_an_account_of_others_is_told(principal: Json) -> None:
    (fault,) = faults(letting_in(principal), {OURS}, {})
    assert fault.startswith(f"live/backup/Restore lets account {THEIRS} do sts:AssumeRole")


def test_a_function_that_others_may_call_is_told() -> None:
    permission = resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Ref": "F"},
        Principal=THEIRS,
    )
    (fault,) = faults(stage(telemetry={"P": permission}), {OURS}, {})
    assert f"lets account {THEIRS} do lambda:InvokeFunction" in fault


def test_our_own_accounts_and_services_are_no_strangers() -> None:
    assert not list(faults(letting_in({"AWS": f"arn:aws:iam::{OURS}:root"}), {OURS}, {}))
    assert not list(faults(letting_in({"Service": "lambda.amazonaws.com"}), {OURS}, {}))


def test_a_refusal_lets_nobody_in() -> None:
    assert not list(faults(letting_in({"AWS": THEIRS}, effect="Deny"), {OURS}, {}))


def test_one_with_a_reason_may_come_in_and_the_reason_is_needed() -> None:
    built = letting_in({"AWS": THEIRS})
    assert not list(faults(built, {OURS}, {THEIRS: "AWS's own"}))
    assert not list(unused([built], {THEIRS: "AWS's own"}))
    (fault,) = unused([stage(data={})], {THEIRS: "AWS's own"})
    assert fault.endswith(f"trusts account {THEIRS}, and no policy names it")


def test_the_file_of_settings_names_our_accounts(tmp_path: Path) -> None:
    file = tmp_path / "environments.toml"
    file.write_text('[accounts]\nlog = "1"\n[environments.live]\naccount = "2"\n')
    assert zone_of_trust.read_accounts(file) == {"1", "2"}


def test_nobody_else_is_let_in(stages: dict[str, Stage]) -> None:
    ours, trusted = zone_of_trust.read_accounts(command.SETTINGS[0]), zone_of_trust.read()
    told = [fault for stage in stages.values() for fault in faults(stage, ours, trusted)]
    assert told == []
    assert not list(unused(list(stages.values()), trusted))
