# Sourced by the other scripts: finds or installs the tools that building and testing need.
#
# Everything goes into one folder a user, keyed by version, so that nothing global is touched, a fresh
# clone finds what an older one installed, and a second run is instant. Only package registries are asked.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${LOCKSTEP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lockstep}
TOOLS=$CACHE/tools

CARGO_LEPTOS=0.3.10
# Must equal the version that Cargo.toml pins: the two halves of wasm-bindgen refuse each other otherwise.
WASM_BINDGEN=0.2.130
BINARYEN=132.0.0

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
lacks() { printf 'lockstep: %s\n' "$*" >&2; exit 1; }

need() { # command, what brings it
  command -v "$1" >/dev/null 2>&1 || lacks "needs $1: $2"
}

# Installs a cargo tool unless it is there. The folder's name holds the version; it is renamed into place
# only when complete, so that an interrupted install is never mistaken for a finished one.
cargo_tool() { # crate, version, arguments of cargo install...
  local crate=$1 version=$2 dir
  shift 2
  dir=$TOOLS/$crate-$version
  if [ ! -d "$dir" ]; then
    say "Installing $crate $version (once, into $dir)"
    rm -rf "$dir.part"
    # Outside the project, so that its own settings (target, flags, lints) do not apply.
    # Debug: 6 minutes instead of 15 to 18 for cargo-leptos, and the tool is slower by seconds only.
    (cd "$TOOLS" && CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$TOOLS/build" RUSTFLAGS='' \
      cargo "+$(toolchain)" install --quiet --debug --root "$dir.part" "$crate" --version "$version" "$@" >&2) ||
      lacks "could not install $crate $version (see above)"
    mv "$dir.part" "$dir"
  fi
  PATH=$dir/bin:$PATH
}

npm_tool() { # package, version
  local package=$1 version=$2 dir
  dir=$TOOLS/$package-$version
  if [ ! -d "$dir" ]; then
    say "Installing $package $version (once, into $dir)"
    rm -rf "$dir.part"
    npm install --silent --no-audit --no-fund --prefix "$dir.part" "$package@$version" >&2 ||
      lacks "could not install the npm package $package $version (see above)"
    mv "$dir.part" "$dir"
  fi
  PATH=$dir/node_modules/.bin:$PATH
}

toolchain() { sed -n 's/^channel *= *"\(.*\)"/\1/p' "$ROOT/rust-toolchain.toml"; }

# Rust with the browser's target. Asked outright: rustup's automatic installs may be switched off.
rust() {
  need cargo 'install Rust with rustup, https://rustup.rs'
  need rustup 'Rust must come from it, https://rustup.rs, for the WebAssembly target'
  need cc 'install a C compiler (SQLite is compiled from its source)'
  local channel
  channel=$(toolchain)
  rustup toolchain list | grep -q "^$channel-" ||
    { say "Installing Rust $channel"; rustup toolchain install "$channel" --profile minimal -c rustfmt -c clippy >&2; }
  rustup target list --toolchain "$channel" --installed | grep -qx wasm32-unknown-unknown ||
    { say 'Installing the WebAssembly target'; rustup target add --toolchain "$channel" wasm32-unknown-unknown >&2; }
  # The release's WebAssembly has a standard library of its own (scripts/path/cargo).
  rustup component list --toolchain "$channel" --installed | grep -qx rust-src ||
    { say "Installing the standard library's source"; rustup component add --toolchain "$channel" rust-src >&2; }
}

# What `cargo leptos` needs. It finds wasm-bindgen and wasm-opt on the PATH and downloads nothing. Its wasm-opt and its
# cargo are ours, which call the real ones (scripts/path).
build_tools() {
  mkdir -p "$TOOLS"
  rust
  need node 'install Node 20 or newer'
  need npm 'install npm (it comes with Node)'
  if [ ! -d "$TOOLS/cargo-leptos-$CARGO_LEPTOS" ] || [ ! -d "$TOOLS/wasm-bindgen-cli-$WASM_BINDGEN" ]; then
    say 'First run: the build tools are compiled once, which takes about ten minutes on two cores.'
  fi
  cargo_tool cargo-leptos "$CARGO_LEPTOS" --locked --features no_downloads
  # Without --locked: its lock file names a release that is gone.
  cargo_tool wasm-bindgen-cli "$WASM_BINDGEN"
  npm_tool binaryen "$BINARYEN"
  export WASM_OPT=$TOOLS/binaryen-$BINARYEN/node_modules/.bin/wasm-opt
  PATH=$ROOT/scripts/path:$PATH
  rm -rf "$TOOLS/build"
  export PATH
  target_folder
}

# One build folder for all clones, keyed by compiler: what is compiled once stays compiled. Cargo takes the crate of one
# clone for that of another, and goes by the times of files: what another clone built since would pass for this one's.
# So whoever comes after another clone makes their own files the newest.
target_folder() {
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target-$(toolchain)}
  local last=$CARGO_TARGET_DIR/.clone
  mkdir -p "$CARGO_TARGET_DIR"
  [ "$(cat "$last" 2>/dev/null)" = "$ROOT" ] && return
  find "$ROOT/src" "$ROOT/browser" "$ROOT/benches" -type f -exec touch {} +
  printf '%s\n' "$ROOT" >"$last"
}

# What the release is made of, as one number.
inputs() {
  (cd "$ROOT" && find src browser style public .cargo scripts/tools.sh scripts/path scripts/shrink.mjs Cargo.toml Cargo.lock Leptos.toml rust-toolchain.toml \
    -type f -print0 | sort -z | xargs -0 cksum | cksum)
}

# The release, whole, in dist/: the binary, its hashes, its configuration, the site. Copied there rather than run
# from the build folder, which all clones share. Nothing is built when nothing it is made of has changed: even
# with everything compiled `cargo leptos` takes ten seconds to bind and compress.
build_release() {
  local made_of
  made_of=$(inputs)
  [ "$(cat "$ROOT/dist/.inputs" 2>/dev/null)" = "$made_of" ] && return
  say 'Building the release'
  # By its own name: called as `cargo leptos`, it would find rustup's cargo first.
  (cd "$ROOT" && cargo-leptos build --release --precompress >&2) || lacks 'the build failed (see above)'
  local new=$ROOT/dist.new
  rm -rf "$new"
  mkdir -p "$new"
  cp "$CARGO_TARGET_DIR/release/lockstep" "$CARGO_TARGET_DIR/release/hash.txt" "$ROOT/Leptos.toml" "$new/"
  cp -R "$ROOT/site" "$new/site"
  # Declarations for TypeScript, which nobody here reads.
  rm -f "$new"/site/pkg/*.d.*.ts "$new"/site/pkg/*.d.*.ts.*
  # Pictures are compressed already: once more they get no smaller, and browsers would have to undo it.
  rm -f "$new"/site/*.png.br "$new"/site/*.png.gz
  printf '%s\n' "$made_of" >"$new/.inputs"
  rm -rf "$ROOT/dist"
  mv "$new" "$ROOT/dist"
}
