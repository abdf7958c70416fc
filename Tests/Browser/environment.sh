# Sourced by scripts/browser, from the repository's root: makes Tests/Browser/.venv on first use and sets `python`.
python=Tests/Browser/.venv/bin/python
browser_environment() {
    local list=Tests/Browser/requirements.txt stamp
    stamp=Tests/Browser/.venv/.$(sha256sum <"$list" | cut -c1-12)
    [[ -e $stamp ]] && return
    [[ -x $python ]] || python3 -m venv Tests/Browser/.venv || return
    "$python" -m pip install --quiet --disable-pip-version-check -r "$list" >&2 || return
    touch "$stamp"
}
