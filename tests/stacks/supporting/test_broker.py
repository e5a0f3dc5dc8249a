"""The message broker: who reaches it, what it keeps secret, what is kept of its logs."""

import json

import pytest

from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Stack, Template, values_of
from tests.stacks.supporting.wanted import with_supporting

FOLDER = ["/aws/amazonmq/broker/", {"Ref": "Broker"}]


@pytest.fixture
def stack(assembly: Assembly) -> Stack:
    return assembly["broker"]


@pytest.fixture
def broker(stack: Stack) -> Template:
    return dict(stack.only("AWS::AmazonMQ::Broker"))


@with_supporting("broker")
def test_nobody_outside_the_network_reaches_it(broker: Template, assembly: Assembly) -> None:
    assert broker["PubliclyAccessible"] is False
    (subnet,) = broker["SubnetIds"]
    assert "private" in json.dumps(subnet)
    rules = assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").values()
    into = [rule["Properties"] for rule in rules if "Broker" in json.dumps(rule["Properties"])]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in into] == [(5671, 5671)]
    assert "BrokerClients" in json.dumps(into[0]["SourceSecurityGroupId"])


@with_supporting("broker")
def test_it_is_encrypted_with_the_environments_key(broker: Template) -> None:
    assert broker["EncryptionOptions"]["UseAwsOwnedKey"] is False
    assert "Key" in json.dumps(broker["EncryptionOptions"]["KmsKeyId"])


@with_supporting("broker")
def test_the_template_names_the_secret_of_its_administrator_only(
    broker: Template, stack: Stack
) -> None:
    (user,) = broker["Users"]
    for property_ in ("Username", "Password"):
        start, secret, end = user[property_]["Fn::Join"][1]
        assert start == "{{resolve:secretsmanager:"
        assert secret["Ref"].startswith("Administrator")
        assert end == f":SecretString:{property_.lower()}::}}}}"
    made = stack.only("AWS::SecretsManager::Secret")
    assert made["GenerateSecretString"]["PasswordLength"] == 40
    assert made["KmsKeyId"]


@with_supporting("broker")
def test_small_upgrades_come_by_themselves_on_sunday_night(broker: Template) -> None:
    assert broker["AutoMinorVersionUpgrade"] is True
    window = broker["MaintenanceWindowStartTime"]
    assert (window["DayOfWeek"], window["TimeOfDay"]) == ("SUNDAY", "02:00")


@with_supporting("broker")
def test_each_of_its_logs_is_kept_for_as_long_as_the_settings_say(
    stack: Stack, broker: Template, environment: Environment
) -> None:
    assert broker["Logs"] == {"Audit": True, "General": True}
    kept = [body["Properties"] for body in stack.of_type("Custom::LogRetention").values()]
    assert {str(one["RetentionDays"]) for one in kept} == {str(environment.log_retention_days)}
    names = {json.dumps(one["LogGroupName"]["Fn::Join"][1]) for one in kept}
    assert names == {json.dumps([*FOLDER, f"/{log}"]) for log in ("general", "audit")}


@with_supporting("broker")
def test_its_function_may_change_these_two_logs_only(stack: Stack) -> None:
    (statement,) = (
        statement
        for policy in stack.of_type("AWS::IAM::Policy").values()
        for document in values_of(policy["Properties"], "PolicyDocument")
        for statement in document["Statement"]
        if "logs:PutRetentionPolicy" in statement["Action"]
    )
    assert statement["Action"] == ["logs:CreateLogGroup", "logs:PutRetentionPolicy"]
    assert len(statement["Resource"]) == 4
    for resource in map(json.dumps, statement["Resource"]):
        assert "*" not in resource
        assert '{"Ref": "Broker"}, "/' in resource


@with_supporting("broker")
def test_somebody_hears_when_it_is_away_or_full(stack: Stack) -> None:
    alarms = [a["Properties"] for a in stack.of_type("AWS::CloudWatch::Alarm").values()]
    own = {alarm["MetricName"]: alarm for alarm in alarms if alarm["Namespace"] == "AWS/AmazonMQ"}
    assert own.keys() == {"CpuUtilization", "StorePercentUsage"}
    assert own["CpuUtilization"]["TreatMissingData"] == "breaching"
    for alarm in own.values():
        (dimension,) = alarm["Dimensions"]
        assert dimension["Name"] == "Broker"
        assert dimension["Value"].startswith("fleetcharge-")
        assert dimension["Value"].endswith("-1")
        assert alarm["AlarmDescription"].endswith("/supporting-services.md")
