"""A Helm release of one of Istio's charts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_helm.release import Release
from constructs import Construct

from egress.derived.charts import REPOSITORY

TIMEOUT_SECONDS = 600
"""A new node pool may have to pull every image first."""


@dataclass(frozen=True, kw_only=True)
class IstioChartProps:
    """`values` replaces the chart's own where given."""

    chart: str
    release: str
    namespace: str
    version: str
    values: Mapping[str, Any]
    depends_on: list[ITerraformDependable]


class IstioChart(Construct):
    """A pinned release that is rolled back when it does not come up.

    Without `atomic` a failed wait leaves a release in the cluster that Terraform does not know of, and every
    further apply fails with "cannot re-use a name that is still in use".
    """

    def __init__(self, scope: Construct, id_: str, props: IstioChartProps) -> None:
        super().__init__(scope, id_)
        self.release = Release(
            self,
            "release",
            name=props.release,
            namespace=props.namespace,
            repository=REPOSITORY,
            chart=props.chart,
            version=props.version,
            values=[json.dumps(props.values, indent=2, sort_keys=True)],
            atomic=True,
            wait=True,
            timeout=TIMEOUT_SECONDS,
            depends_on=props.depends_on,
        )
