#!/bin/sh
# install.sh run|dev PYTHON: install the locked packages into .venv, unless that was done for exactly this lock.
set -eu
cd "$(dirname "$0")/.."
mode=$1
python=$2
lock=requirements.lock
stamp_dev=.venv/installed-dev
stamp_run=.venv/installed-run

if [ "$mode" = run ]; then
    content() { sed '/^# --- development/,$d' "$lock"; }
else
    content() { cat "$lock"; }
fi
wanted_run=$( (sed '/^# --- development/,$d' "$lock"; cat pyproject.toml setup.py) | sha256sum)
wanted_dev=$(cat "$lock" pyproject.toml setup.py | sha256sum)
has() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

if has "$stamp_dev" "$wanted_dev"; then exit 0; fi
if [ "$mode" = run ] && has "$stamp_run" "$wanted_run"; then exit 0; fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "需要 Python 3.11 或更高版本：apt-get install python3 python3-venv，或以 PYTHON= 指定。 / Python 3.11 or newer is needed; name one by PYTHON=." >&2
    exit 2
fi
if [ ! -x .venv/bin/python ]; then
    echo "正在建立 .venv ……"
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "不能建立虚拟环境：apt-get install python3-venv。 / Cannot make .venv: apt-get install python3-venv." >&2
        exit 2
    fi
fi
echo "正在按 requirements.lock 安装软件包……"
rm -f "$stamp_dev" "$stamp_run"
list=.venv/requirements-$mode.txt
content > "$list"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$list"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e . 2> .venv/install.log \
    || { cat .venv/install.log >&2; exit 1; }
.venv/bin/python -m compileall -q src packs verifier || true # pip does so for what it installs, not for what it links to
if [ "$mode" = run ]; then echo "$wanted_run" > "$stamp_run"; else echo "$wanted_dev" > "$stamp_dev"; fi
