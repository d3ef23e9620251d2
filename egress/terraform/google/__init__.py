"""Google's resources as typed facts: parsing alone, for the review and the proof, which judge each for itself."""

from egress.terraform.google.cluster import Cluster as Cluster
from egress.terraform.google.cluster import NodePoolBlock as NodePoolBlock
from egress.terraform.google.network import FirewallResource as FirewallResource
from egress.terraform.google.network import ManagedZone as ManagedZone
from egress.terraform.google.network import Subnetwork as Subnetwork
from egress.terraform.google.resources import GoogleResource as GoogleResource
from egress.terraform.google.resources import GoogleResources as GoogleResources
