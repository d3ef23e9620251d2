#!/usr/bin/env bash
# A new user, from an empty folder to a page: five commands. PACKAGE is what pip installs, with the extra [stacks].
# Run it in an empty folder and a fresh virtual environment; docs/environments.md explains each command.
set -euo pipefail

pip install --quiet "$PACKAGE"
egress init acme --project acme-prod --project-number 123456789013 --region europe-west1 \
  --zones europe-west1-b,europe-west1-c --team shop --host api.github.com
egress synth
egress list --verdict allowed
egress report
