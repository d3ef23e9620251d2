# Resources in modules and several instances of one; the accounts' e-mail addresses are known after the apply.
provider "google" {
  project = "case"
}

resource "google_service_account" "nodes" {
  for_each   = toset(["application", "gateway"])
  account_id = "${each.key}-nodes"
}

resource "google_compute_network" "vpc" {
  name = "vpc"
}

resource "google_compute_firewall" "deny" {
  count                   = 2
  name                    = "deny-${count.index}"
  network                 = google_compute_network.vpc.id
  direction               = "EGRESS"
  priority                = 65000 + count.index
  target_service_accounts = [
    google_service_account.nodes["gateway"].email,
    google_service_account.nodes["application"].email,
  ]
  deny {
    protocol = "all"
  }
}

module "rules" {
  source   = "./rules"
  for_each = toset(["web"])
  name     = each.key
  network  = google_compute_network.vpc.id
  account  = google_service_account.nodes["gateway"].email
}
