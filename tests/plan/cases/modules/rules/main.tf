variable "name" {
  type = string
}

variable "network" {
  type = string
}

variable "account" {
  type = string
}

resource "google_service_account" "own" {
  account_id = "${var.name}-nodes"
}

resource "google_compute_firewall" "allow" {
  name                    = "allow-${var.name}"
  network                 = var.network
  direction               = "EGRESS"
  target_service_accounts = [var.account, google_service_account.own.email]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
