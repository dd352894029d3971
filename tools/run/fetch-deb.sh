# Sourced by the fetch scripts. fetch_deb PACKAGE DIR: downloads a Debian package with the machine's own apt sources, once,
# and prints the path of the .deb.
die() { echo "$(basename "$0"): $*" >&2; exit 1; }

fetch_deb() {
  local package=$1 dir=$2 found
  mkdir -p "$dir"
  found=$(find "$dir" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -n 1)
  if [ -z "$found" ]; then
    (cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2) ||
      die "cannot download $package: is apt configured for Debian 12, and were the lists read (apt-get update)?"
    found=$(find "$dir" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -n 1)
  fi
  [ -n "$found" ] || die "apt-get downloaded no ${package}_*.deb into $dir"
  echo "$found"
}
