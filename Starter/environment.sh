# Sourced by the scripts: makes Starter/.venv on first use and sets `python`.
# Usage: . environment.sh requirements.txt [requirements-train.txt]
starter="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
python="$starter/.venv/bin/python"
for list in "$@"; do
    stamp="$starter/.venv/.$list.$(sha256sum < "$starter/$list" | cut -c1-12)"
    if [ ! -e "$stamp" ]; then
        [ -x "$python" ] || python3 -m venv "$starter/.venv"
        "$python" -m pip install --quiet --disable-pip-version-check -r "$starter/$list" >&2
        touch "$stamp"
    fi
done
export PYTHONPATH="$starter" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"
