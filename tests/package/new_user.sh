#!/usr/bin/env bash
# A new user, from an empty folder to a page and to the reason of a refusal: five commands. PACKAGE is what pip installs,
# with the extra [stacks]. Run it in an empty folder and a fresh virtual environment; docs/start-platform.md explains each.
set -euo pipefail

pip install --quiet "$PACKAGE"
egress init acme --project acme-prod --project-number 123456789013 --region europe-west1 \
  --zones europe-west1-b,europe-west1-c --team shop --host api.github.com
egress synth --report report.html
egress list --verdict allowed
egress why https://unlisted.example/ --from shop/client || test $? -eq 1 # 1: the refusal is explained
