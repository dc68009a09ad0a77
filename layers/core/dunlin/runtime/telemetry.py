"""The only logger and the only metrics. JSON lines, ids only; metrics as EMF lines.

Keys: account_id, ladder, rung, touch_id, rule_id, execution. Names, addresses, numbers and
message bodies never reach a log: nothing here takes them, and events are never dumped.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from dunlin.runtime import settings

# The level is ours, not the environment's: a decision record must not vanish with a setting.
logger = Logger(service="dunlin", level="INFO", log_uncaught_exceptions=False)


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Count something once in a metric of its own set of dimensions (never an id). Nothing is
    counted of nothing: a metric costs by the hours in which it has data, and the schedules that
    look for what is wrong come every five minutes; alarms take silence for none."""
    if not value:
        return
    from aws_lambda_powertools import single_metric

    namespace = settings.metrics_namespace()
    with single_metric(
        name=name, unit=MetricUnit.Count, value=value, namespace=namespace
    ) as metric:
        for key, text in dimensions.items():
            metric.add_dimension(name=key, value=text)
