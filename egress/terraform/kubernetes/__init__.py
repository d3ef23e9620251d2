"""The provider's typed Kubernetes resources as Kubernetes' objects: parsing alone, for the review and the proof."""

from egress.terraform.kubernetes.conversion import kubernetes_object_of as kubernetes_object_of
from egress.terraform.kubernetes.resource_types import MANIFEST as MANIFEST
from egress.terraform.kubernetes.resource_types import object_of as object_of
from egress.terraform.kubernetes.resource_types import why_no_object as why_no_object
