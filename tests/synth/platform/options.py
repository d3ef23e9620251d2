"""The platform's choices as edits of config/production's platform file, and the pairs that cannot be."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
PRODUCTION = ROOT / "config" / "production"

AWAY = object()
"""In an edit: remove the key."""

Edit = Mapping[str, Any]

EXISTING = {
    "host_project": "network-host",
    "network": "shared",
    "subnet": "gke-nodes",
    "pods_range": "gke-pods",
    "services_range": "gke-services",
}
OF_A_NEW_NETWORK: Edit = {"name": AWAY, "subnet": {"name": AWAY}}
ISTIOD: Edit = {"revision": AWAY, "tag": AWAY, "istiod_replicas": AWAY}
POOLS = ("application_pool", "gateway_pool")

OPTIONS: dict[str, dict[str, Edit]] = {
    "control plane": {
        "in-cluster": {},
        "in-cluster, upgrading": {"mesh": {"canary": {"revision": "1-31-2", "istio_version": "1.31.2"}}},
        "in-cluster, unrevisioned": {"mesh": {"revision": AWAY, "tag": AWAY}},
        "managed": {"mesh": {"control_plane": "managed", **ISTIOD}},
    },
    "capture": {
        "by istio-cni, Pods held to restricted": {},
        "by istio-cni": {"tenants": {"pod_security": "none"}},
        "by an init container": {"mesh": {"capture": "init-container"}, "tenants": {"pod_security": "none"}},
    },
    "mesh configuration": {
        "closed": {},
        "as the tutorial": {"mesh": {"outbound": "allow-any", "access_log": "text"}},
    },
    "location": {
        "regional": {},
        "zonal": {
            "project": {"zone": "us-central1-a"},
            "cluster": {"location": AWAY, "node_zones": AWAY, "gateway_pool": {"nodes": 2}},
        },
    },
    "data plane": {"v2": {}, "v1": {"cluster": {"dataplane": "v1"}}},
    "API server": {
        "dns-endpoint": {},
        "private-endpoint": {
            "cluster": {"control_plane_access": "private-endpoint", "authorized_networks": ["10.9.0.0/24"]}
        },
        "authorized-networks": {
            "cluster": {"control_plane_access": AWAY, "authorized_networks": ["203.0.113.7/32"]}
        },
    },
    "control plane range": {"stated": {}, "left out": {"cluster": {"control_plane_range": AWAY}}},
    "deployed through": {
        "cluster-endpoint": {},
        "connect-gateway": {"cluster": {"deploy_through": "connect-gateway"}},
    },
    "Google's APIs": {"restricted": {}, "private": {"network": {"google_apis": AWAY}}},
    "DNS": {
        "node-local": {},
        "kube-dns": {"cluster": {"dns": "kube-dns"}},
        "cloud-dns": {"cluster": {"dns": "cloud-dns"}},
        "as GKE decides": {"cluster": {"dns": AWAY}},
    },
    "network": {
        "new": {},
        "existing": {"network": {**OF_A_NEW_NETWORK, "existing": EXISTING}},
        "existing, with its zones": {
            "network": {
                **OF_A_NEW_NETWORK,
                "existing": {**EXISTING, "dns_zones": False, "response_policy": "names"},
            }
        },
    },
    "names asked outside": {"of granted hosts": {}, "all": {"network": {"dns": "open"}}},
    "DNS queries": {"logged": {}, "not logged": {"network": {"dns_log": False}}},
    "gateway nodes reach": {
        "granted hosts": {},
        "the internet": {"network": {"firewall": {"gateway": AWAY}}},
    },
    "perimeter": {
        "none": {},
        "around the project": {
            "network": {
                "perimeter": {
                    "access_policy": 1234567890,
                    "ingress": [
                        {
                            "identities": ["user:admin@example.com"],
                            "services": ["container.googleapis.com"],
                        }
                    ],
                    "egress": [
                        {
                            "identities": ["serviceAccount:sa@your-project-id.iam.gserviceaccount.com"],
                            "services": ["storage.googleapis.com"],
                            "projects": [210987654321],
                        }
                    ],
                }
            }
        },
    },
    "headers sent on": {
        "the application's": {},
        "proxies' too": {"mesh": {"gateway": {"headers": "as-proxies-add"}}},
    },
    "teams' people": {"deploy": {}, "enter": {"tenants": {"people": "deploy-and-enter"}}},
    "the mesh": {
        "refuses": {},
        "observes": {"tenants": {"enforcement": "observe"}},
    },
    "ServiceAccounts": {"bound": {}, "free": {"tenants": {"service_accounts": "free"}}},
    "NAT": {
        "fixed addresses, growing": {},
        "fixed addresses": {"network": {"nat": {"ports_per_vm": {"max": AWAY}}}},
        "as Google decides": {"network": {"nat": {"addresses": AWAY, "ports_per_vm": AWAY, "log": False}}},
        "left out": {"network": {"nat": AWAY}},
    },
    "firewall": {
        "for the nodes": {},
        "for the network": {
            "network": {"firewall": {"scope": "network", "log": False, "health_checks": True}}
        },
        "for others' webhooks": {"network": {"firewall": {"webhook_ports": [8443, 9443]}}},
    },
    "pools": {
        "as production": {},
        "the other way": {
            "cluster": {
                "application_pool": {"autoscaling": AWAY, "surge": AWAY, "nodes": 2},
                "gateway_pool": {"nodes": AWAY, "surge": AWAY, "autoscaling": {"min": 2, "max": 3}},
            }
        },
    },
    "hardening": {
        "all": {},
        "none": {
            "cluster": {
                "maintenance": AWAY,
                "deletion_protection": False,
                "hardening": {
                    "nodes": False,
                    "node_roles": "tutorial",
                    "kubelet_readonly_port": True,
                    "security_posture": False,
                    "intranode_visibility": False,
                    "external_ips": True,
                },
            }
        },
    },
    "images": {
        "listed": {},
        "any": {"cluster": {"hardening": {"images": AWAY, "allowed_images": AWAY}}},
    },
    "Secrets": {"own key": {}, "Google's key": {"cluster": {"secrets_encryption": AWAY}}},
    "alerts": {"on": {}, "off": {"alerts": AWAY}},
    "replicas": {
        "several": {},
        "the charts'": {"mesh": {"istiod_replicas": AWAY, "gateway": {"replicas": AWAY}}},
    },
    "tenancy": {
        "shared": {},
        "stack-per-team": {"tenancy": "stack-per-team"},
        "moving": {"tenancy": "moving"},
    },
    "backend": {
        "local": {},
        "gcs": {"backend": {"gcs": {"bucket": "state-of-egress"}}},
        "gcs, impersonated": {
            "backend": {
                "gcs": {
                    "bucket": "state-of-egress",
                    "impersonate_service_account": "terraform@your-project-id.iam.gserviceaccount.com",
                }
            }
        },
    },
}
"""Option by option, value by value; the first value is what config/production has."""

REFUSED: dict[tuple[tuple[str, str], tuple[str, str]], str] = {
    (("control plane", "managed"), ("mesh configuration", "as the tutorial")): "managed control plane",
    (("control plane", "managed"), ("capture", "by an init container")): "managed control plane",
    (("API server", "dns-endpoint"), ("deployed through", "connect-gateway")): "without a connect gateway",
    (("network", "existing"), ("firewall", "for the network")): "others' machines",
    (("network", "existing"), ("names asked outside", "of granted hosts")): "one DNS response policy",
    (("network", "existing, with its zones"), ("names asked outside", "all")): "no rule is added",
    (("network", "existing"), ("DNS queries", "not logged")): "DNS queries are logged",
    (("network", "existing, with its zones"), ("DNS queries", "not logged")): "DNS queries are logged",
    (("network", "existing"), ("gateway nodes reach", "granted hosts")): "one global firewall policy",
    (
        ("network", "existing, with its zones"),
        ("gateway nodes reach", "granted hosts"),
    ): "one global firewall policy",
    (("control plane", "managed"), ("the mesh", "observes")): "dry runs",
    (("network", "existing, with its zones"), ("the mesh", "observes")): "no proxy could log",
    (("names asked outside", "of granted hosts"), ("the mesh", "observes")): "no proxy could log",
    (("perimeter", "around the project"), ("Google's APIs", "private")): "restricted addresses alone",
    (("network", "existing, with its zones"), ("firewall", "for the network")): "others' machines",
}
"""Pairs that the configuration refuses, and words of the reason it gives."""


def is_refused(row: Mapping[str, str]) -> bool:
    """Whether a row holds a pair that cannot be."""
    return any(row.get(one[0]) == one[1] and row.get(other[0]) == other[1] for one, other in REFUSED)


def write(row: Mapping[str, str], folder: Path) -> Path:
    """Write config/production with a row's choices as a folder of its own."""
    shutil.copytree(PRODUCTION, folder)
    path = folder / "platform.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    for option, value in row.items():
        _apply(data, OPTIONS[option][value])
    # JSON is YAML in which every text is quoted: PyYAML would write 02:00 without.
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")
    return folder


def _apply(data: dict[str, Any], edit: Edit) -> None:
    for key, value in edit.items():
        if value is AWAY:
            data.pop(key, None)
        elif isinstance(value, Mapping):
            inner = data.setdefault(key, {})
            _apply(inner, value)
            if not inner:
                del data[key]
        else:
            data[key] = value
