#!/bin/sh
# Runs a command beside a throw-away PostgreSQL that listens on a local socket only:
#   differential/postgres.sh cargo run --release -p relata-differential -- --engines untyped,json,model,postgres
#   differential/postgres.sh cargo run --release -p relata-differential -- --flat postgres --queries 100000
# Without a server it installs Debian's where it may, and otherwise says that it skips.
set -eu

find_bin() {
    for dir in /usr/lib/postgresql/*/bin /usr/local/bin; do
        if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then echo "$dir"; return; fi
    done
}

bin=$(find_bin)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y --no-install-recommends postgresql >/dev/null 2>&1 || true
    bin=$(find_bin)
fi
if [ -z "$bin" ] || ! command -v psql >/dev/null; then
    echo "skipped: no PostgreSQL server and client here" >&2
    exit 0
fi

dir=$(mktemp -d)
# The server doesn't run as root.
as=""
if [ "$(id -u)" = 0 ]; then
    owner=$(id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody)
    chown "$owner" "$dir"
    as="setpriv --reuid=$owner --regid=$(id -g "$owner") --clear-groups env HOME=$dir"
fi
cleanup() {
    $as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap cleanup EXIT INT TERM
$as "$bin/initdb" -D "$dir/data" -U relata -A trust -E UTF8 --no-locale --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" \
    -o "-k $dir -c listen_addresses='' -c fsync=off -c synchronous_commit=off" start >/dev/null
PGHOST="$dir" PGUSER=relata PGDATABASE=postgres "$@"
