"""cfn-lint rules of our own: what fails is kept, and nothing is kept for ever."""

from typing import Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

TRIES = 5
_READ_BY_STAFF = {"StreamFailures"}  # no function reads it: it says which records were given up
_STREAM_FORGETS = 86_400  # seconds that a table's stream holds a record


def _dead_letter_queues(cfn: Template) -> set[str]:
    """Queues that a redrive policy, a rule, a stream or an asynchronous call falls back to."""
    named: set[str] = set()

    def walk(value: Any, within: bool) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if within and key == "Fn::GetAtt":
                    named.add(inner[0] if isinstance(inner, list) else inner.split(".")[0])
                falls = key in ("RedrivePolicy", "DeadLetterConfig", "OnFailure")
                walk(inner, within or falls)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, within)

    walk(cfn.template.get("Resources", {}), False)
    return named


class QueuesHaveDeadLetters(CloudFormationLintRule):
    """A queue hands what failed five times to its dead letters, and waits long enough before."""

    id = "E9201"
    shortdesc = "Every working queue has dead letters and a long enough visibility"
    description = "RedrivePolicy with five tries; visibility of six times the function's timeout"
    tags: ClassVar[list[str]] = ["sqs"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        matches = []
        dead = _dead_letter_queues(cfn)
        for name, queue in cfn.get_resources("AWS::SQS::Queue").items():
            path = ["Resources", name, "Properties"]
            redrive = queue["Properties"].get("RedrivePolicy")
            if (
                name not in dead | _READ_BY_STAFF
                and (redrive or {}).get("maxReceiveCount") != TRIES
            ):
                matches.append(RuleMatch(path, f"{name} has no dead letters after {TRIES} tries"))
        functions = cfn.get_resources("AWS::Lambda::Function")
        for name, mapping in cfn.get_resources("AWS::Lambda::EventSourceMapping").items():
            source = mapping["Properties"]["EventSourceArn"]
            queue_name = source.get("Fn::GetAtt", [""])[0] if isinstance(source, dict) else ""
            queue = cfn.get_resources("AWS::SQS::Queue").get(queue_name)
            function = functions.get(mapping["Properties"]["FunctionName"].get("Ref", ""))
            if queue is None or function is None:
                continue
            timeout = function["Properties"]["Timeout"]
            if queue["Properties"].get("VisibilityTimeout", 30) < 6 * timeout:
                path = ["Resources", queue_name, "Properties"]
                matches.append(
                    RuleMatch(path, f"{queue_name} is visible again before 6 x {timeout}")
                )
            if not mapping["Properties"].get("ScalingConfig", {}).get("MaximumConcurrency"):
                path = ["Resources", name, "Properties"]
                matches.append(RuleMatch(path, f"{name} is not bounded by MaximumConcurrency"))
        return matches


class SourcesReportFailures(CloudFormationLintRule):
    """A batch reports its failures one by one; a stream is tried until shortly before it forgets,
    bisected, and what is given up is kept."""

    id = "E9202"
    shortdesc = "Event sources report failures and keep what they give up"
    description = "ReportBatchItemFailures everywhere; bisect, age and OnFailure on streams"
    tags: ClassVar[list[str]] = ["lambda"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        matches = []
        for name, mapping in cfn.get_resources("AWS::Lambda::EventSourceMapping").items():
            has, path = mapping["Properties"], ["Resources", name, "Properties"]
            if "ReportBatchItemFailures" not in has.get("FunctionResponseTypes", []):
                matches.append(RuleMatch(path, f"{name} fails whole batches"))
            if "StartingPosition" not in has:
                continue
            bounded = 0 < has.get("MaximumRecordAgeInSeconds", -1) < _STREAM_FORGETS
            kept = has.get("DestinationConfig", {}).get("OnFailure")
            if not (bounded and kept and has.get("BisectBatchOnFunctionError")):
                matches.append(RuleMatch(path, f"{name} may block its stream or lose records"))
        for name, rule in cfn.get_resources("AWS::Events::Rule").items():
            for index, target in enumerate(rule["Properties"].get("Targets", [])):
                if "DeadLetterConfig" not in target:
                    path = ["Resources", name, "Properties", "Targets", index]
                    matches.append(RuleMatch(path, f"{name} loses what it cannot deliver"))
        return matches


class LogsEnd(CloudFormationLintRule):
    """A log group forgets after a while, and every function writes into one of ours."""

    id = "E9203"
    shortdesc = "Log groups have a retention and a key"
    description = "RetentionInDays and KmsKeyId on every log group; LoggingConfig on functions"
    tags: ClassVar[list[str]] = ["logs"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        matches = []
        for name, group in cfn.get_resources("AWS::Logs::LogGroup").items():
            if not {"RetentionInDays", "KmsKeyId"} <= group["Properties"].keys():
                path = ["Resources", name, "Properties"]
                matches.append(RuleMatch(path, f"{name} keeps its lines for ever or in the clear"))
        for name, function in cfn.get_resources("AWS::Lambda::Function").items():
            if "LogGroup" not in function["Properties"].get("LoggingConfig", {}):
                path = ["Resources", name, "Properties"]
                matches.append(RuleMatch(path, f"{name} writes into a log group nobody declared"))
        return matches


class AlarmsAreSimple(CloudFormationLintRule):
    """An alarm watches one metric and tells somebody: the local cloud knows no metric math."""

    id = "E9204"
    shortdesc = "Alarms watch one metric and have an action"
    description = "No metric math; AlarmActions on every alarm"
    tags: ClassVar[list[str]] = ["cloudwatch"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            RuleMatch(["Resources", name, "Properties"], f"{name} is mute or uses metric math")
            for name, waker in cfn.get_resources("AWS::CloudWatch::Alarm").items()
            if "Metrics" in waker["Properties"] or not waker["Properties"].get("AlarmActions")
        ]
