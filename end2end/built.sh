#!/bin/sh
# For `cargo leptos end-to-end`, which tells its command neither the binary nor the profile: the binary it built is
# the newest in the build folder. The fixture starts servers of its own from it.
cd "$(dirname "$0")/.." || exit 1
LOCKSTEP_BIN=$(ls -t "${CARGO_TARGET_DIR:-target}"/debug/lockstep "${CARGO_TARGET_DIR:-target}"/release/lockstep 2>/dev/null | head -n 1)
LOCKSTEP_BIN=$(realpath "$LOCKSTEP_BIN") || exit 1
export LOCKSTEP_BIN LOCKSTEP_CONFIG="$PWD/Leptos.toml"
cd end2end && exec npx playwright test "$@"
