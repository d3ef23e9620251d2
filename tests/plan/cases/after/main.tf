# The change to ../before: an update, a replacement, a deletion, a move, something forgotten, something created.
provider "google" {
  project = "case"
}

resource "google_compute_network" "vpc" {
  name                    = "vpc"
  auto_create_subnetworks = false
}

resource "google_compute_firewall" "kept" {
  name          = "kept"
  network       = google_compute_network.vpc.id
  source_ranges = ["192.0.2.0/24"]
  allow {
    protocol = "icmp"
  }
}

resource "google_compute_firewall" "changed" {
  name               = "changed"
  network            = google_compute_network.vpc.id
  direction          = "EGRESS"
  priority           = 900
  destination_ranges = ["203.0.113.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }
}

resource "google_compute_firewall" "replaced" {
  name      = "new-name"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  deny {
    protocol = "all"
  }
}

moved {
  from = google_compute_firewall.before_move
  to   = google_compute_firewall.after_move
}

resource "google_compute_firewall" "after_move" {
  name      = "moved"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  allow {
    protocol = "udp"
  }
}

removed {
  from = google_compute_firewall.forgotten
  lifecycle {
    destroy = false
  }
}

resource "kubernetes_network_policy_v1" "changed" {
  metadata {
    name      = "changed"
    namespace = "team-x"
  }
  spec {
    pod_selector {}
    policy_types = ["Egress"]
    egress {
      to {
        namespace_selector {}
      }
      ports {
        port     = "53"
        protocol = "UDP"
      }
    }
  }
}

resource "kubernetes_network_policy_v1" "created" {
  metadata {
    name      = "created"
    namespace = "team-y"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
  }
}

resource "kubernetes_manifest" "changed" {
  manifest = {
    apiVersion = "security.istio.io/v1"
    kind       = "AuthorizationPolicy"
    metadata   = { name = "changed", namespace = "istio-egress" }
    spec       = { action = "ALLOW", rules = [{ to = [{ operation = { ports = ["8080"] } }] }] }
  }
}
