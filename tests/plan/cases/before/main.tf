# What is deployed before the change in ../after.
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
  priority           = 1000
  destination_ranges = ["192.0.2.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "replaced" {
  name      = "old-name"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  deny {
    protocol = "all"
  }
}

resource "google_compute_firewall" "deleted" {
  name      = "deleted"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  allow {
    protocol = "all"
  }
}

resource "google_compute_firewall" "before_move" {
  name      = "moved"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  allow {
    protocol = "udp"
  }
}

resource "google_compute_firewall" "forgotten" {
  name               = "forgotten"
  network            = google_compute_network.vpc.id
  direction          = "EGRESS"
  destination_ranges = ["198.51.100.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
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
  }
}

resource "kubernetes_network_policy_v1" "deleted" {
  metadata {
    name      = "deleted"
    namespace = "team-x"
  }
  spec {
    pod_selector {}
    policy_types = ["Egress"]
    egress {}
  }
}

resource "kubernetes_manifest" "changed" {
  manifest = {
    apiVersion = "security.istio.io/v1"
    kind       = "AuthorizationPolicy"
    metadata   = { name = "changed", namespace = "istio-egress" }
    spec       = { action = "DENY", rules = [{}] }
  }
}
