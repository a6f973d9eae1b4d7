# For `prepare` and `run`: what was made stands for the files that it was made of, whose checksums lie beside it.
# shellcheck shell=sh disable=SC2034

# Whether all is there, for these files as they are now.
stamped() {
  prepared_of=$(cksum "$@" && uname -sm)
  test "$(cat "${PEER_CACHE:?}/stamp" 2>/dev/null)" = "$prepared_of"
}

# After the last step.
stamp() {
  printf '%s\n' "$prepared_of" >"$PEER_CACHE/stamp"
}

not_prepared() {
  echo "$1: not prepared: npm run bench -- --prepare" >&2
  exit 3
}

# python_of VERSION…: the first that is there, on the path or of pyenv; fails where none is.
python_of() {
  for version in "$@"; do
    of_pyenv=$(PYENV_VERSION=$(pyenv latest "$version" 2>/dev/null) pyenv which "python$version" 2>/dev/null)
    for candidate in "$of_pyenv" "python$version" python3; do
      "$candidate" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" 2>/dev/null || continue
      echo "$candidate"
      return
    done
  done
  return 1
}

# environment PYTHON: a virtual environment of exactly what requirements.txt names, hashes compared.
environment() {
  rm -rf "$PEER_CACHE/venv"
  "$1" -m venv "$PEER_CACHE/venv"
  "$PEER_CACHE/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: -r requirements.txt >&2
}
