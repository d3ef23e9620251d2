"""Log-based metrics and alert policies."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_google.logging_metric import (
    LoggingMetric,
    LoggingMetricMetricDescriptor,
    LoggingMetricMetricDescriptorLabels,
)
from cdktf_cdktf_provider_google.monitoring_alert_policy import (
    MonitoringAlertPolicy,
    MonitoringAlertPolicyAlertStrategy,
    MonitoringAlertPolicyConditions,
    MonitoringAlertPolicyConditionsConditionThreshold,
    MonitoringAlertPolicyConditionsConditionThresholdAggregations,
    MonitoringAlertPolicyDocumentation,
)
from constructs import Construct

from egress.derived.alerting import FIVE_MINUTES, Alert, LogMetric


@dataclass(frozen=True, kw_only=True)
class AlertingProps:
    """`notification_channels` are told of every incident."""

    metric: LogMetric
    alerts: Sequence[Alert]
    notification_channels: Sequence[str]


class Alerting(Construct):
    """The metric first: a policy cannot name one that does not exist."""

    def __init__(self, scope: Construct, id_: str, props: AlertingProps) -> None:
        super().__init__(scope, id_)
        metric = LoggingMetric(
            self,
            props.metric.name,
            name=props.metric.name,
            description=props.metric.description,
            filter=props.metric.filter,
            metric_descriptor=LoggingMetricMetricDescriptor(
                metric_kind="DELTA",
                value_type="INT64",
                unit="1",
                labels=[
                    LoggingMetricMetricDescriptorLabels(key=key, value_type="STRING")
                    for key in props.metric.labels
                ]
                or None,
            ),
            label_extractors=dict(props.metric.labels) or None,
        )
        for alert in props.alerts:
            MonitoringAlertPolicy(
                self,
                alert.id,
                display_name=alert.name,
                combiner="OR",
                severity=alert.severity,
                conditions=[
                    MonitoringAlertPolicyConditions(
                        display_name=alert.name, condition_threshold=_threshold(alert)
                    )
                ],
                documentation=MonitoringAlertPolicyDocumentation(
                    content=alert.advice, mime_type="text/markdown"
                ),
                alert_strategy=MonitoringAlertPolicyAlertStrategy(auto_close="86400s"),
                notification_channels=list(props.notification_channels) or None,
                depends_on=[metric],
            )


def _threshold(alert: Alert) -> MonitoringAlertPolicyConditionsConditionThreshold:
    return MonitoringAlertPolicyConditionsConditionThreshold(
        filter=alert.filter,
        comparison="COMPARISON_GT",
        threshold_value=alert.above,
        duration=alert.for_,
        aggregations=[
            MonitoringAlertPolicyConditionsConditionThresholdAggregations(
                alignment_period=FIVE_MINUTES,
                per_series_aligner=alert.aligner,
                cross_series_reducer="REDUCE_SUM" if alert.total else None,
            )
        ],
    )
