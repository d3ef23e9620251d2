"""The Google APIs a project must have enabled."""

from dataclasses import dataclass

from cdktf_cdktf_provider_google.project_service import ProjectService
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ProjectServicesProps:
    """`services` as `NAME.googleapis.com`."""

    project: str
    services: tuple[str, ...]


class ProjectServices(Construct):
    """Enables APIs and leaves them enabled on destroy, since others may use them too."""

    def __init__(self, scope: Construct, id_: str, props: ProjectServicesProps) -> None:
        super().__init__(scope, id_)
        self.enabled = [
            ProjectService(
                self,
                service.removesuffix(".googleapis.com"),
                project=props.project,
                service=service,
                disable_on_destroy=False,
            )
            for service in props.services
        ]
