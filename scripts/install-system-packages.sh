#!/usr/bin/env bash
# Installs what tests need beside npm's packages, if it is missing: a browser and fonts, for the tests of the report,
# and a Redis server, for the tests of twins. Twins ask the kernel for free ports: a server that runs already is left alone.
# Needs root for that; without it, says what is missing and goes on.
set -u

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v redis-server >/dev/null || command -v valkey-server >/dev/null || missing+=(redis-server)
fc-list 2>/dev/null | grep -qi "dejavu\|liberation" || missing+=(fontconfig fonts-dejavu-core)
[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing, and not installed because this is not root on Debian: ${missing[*]}"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
