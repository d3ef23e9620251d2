# A replacement of ../before whose old object cannot be deleted: it stays behind, deposed, until the next apply.
provider "google" {
  project = "case"
}

resource "google_compute_network" "vpc" {
  name                    = "vpc"
  auto_create_subnetworks = false
}

resource "google_compute_firewall" "replaced" {
  name      = "new-name"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  deny {
    protocol = "all"
  }
  lifecycle {
    create_before_destroy = true
  }
}
