# Beside ../deposed: a resource that cannot be planned.
resource "google_compute_firewall" "failed" {
  name      = "failed"
  network   = google_compute_network.vpc.id
  direction = "EGRESS"
  deny {
    protocol = "all"
  }
  lifecycle {
    precondition {
      condition     = google_compute_network.vpc.name == ""
      error_message = "The network has a name."
    }
  }
}
