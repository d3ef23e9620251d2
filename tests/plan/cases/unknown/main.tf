# Values on which verdicts hang and that are known after the apply.
provider "google" {
  project = "case"
}

resource "google_compute_network" "vpc" {
  name = "vpc"
}

resource "google_compute_address" "outside" {
  name = "outside"
}

resource "google_compute_firewall" "address" {
  name               = "address"
  network            = google_compute_network.vpc.id
  direction          = "EGRESS"
  destination_ranges = ["192.0.2.0/24", google_compute_address.outside.address]
  allow {
    protocol = "tcp"
  }
}

resource "google_compute_firewall" "dynamic" {
  name      = "dynamic"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  dynamic "allow" {
    for_each = ["443"]
    content {
      protocol = "tcp"
      ports    = [allow.value, google_compute_network.vpc.gateway_ipv4]
    }
  }
}

resource "kubernetes_network_policy_v1" "peer" {
  metadata {
    name      = "peer"
    namespace = "team-x"
  }
  spec {
    pod_selector {}
    policy_types = ["Egress"]
    egress {
      to {
        namespace_selector {}
      }
      to {
        ip_block {
          cidr = "${google_compute_address.outside.address}/32"
        }
      }
    }
  }
}

resource "kubernetes_manifest" "host" {
  manifest = {
    apiVersion = "networking.istio.io/v1"
    kind       = "ServiceEntry"
    metadata   = { name = "host", namespace = "team-x", annotations = { note = google_compute_address.outside.address } }
    spec       = { hosts = ["example.com", google_compute_address.outside.address] }
  }
}

resource "helm_release" "gateway" {
  name      = "istio-egressgateway"
  namespace = "istio-egress"
  chart     = "gateway"
  values    = [jsonencode({ labels = { address = google_compute_address.outside.address } })]
}
