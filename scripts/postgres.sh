# A PostgreSQL of our own, in a folder of its own. Sourced by ./test.
#
# Nothing here looks at or touches another PostgreSQL on the machine: the folder is new, the port
# is one that nobody answers on, the Unix socket is in the folder.

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        setpriv --reuid postgres --regid "$(id -g postgres)" --clear-groups "$@"
    else
        setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups "$@"
    fi
}

postgres_start() {
    local folder=$1/pg bin options try
    bin=$(postgres_bin)
    mkdir "$folder"
    if [ "$(id -u)" = 0 ]; then
        chown "$(as_postgres id -u):$(as_postgres id -g)" "$folder"
    fi
    chmod 700 "$folder"
    # From /, since the caller's directory may be closed to the other user.
    if ! (cd / && as_postgres "$bin/initdb" -D "$folder/data" -U postgres --auth=trust \
        --locale=C --encoding=UTF8 --no-sync >"$1/initdb.log" 2>&1); then
        cat "$1/initdb.log" >&2
        echo "./test could not make a PostgreSQL database." >&2
        exit 1
    fi
    for try in 1 2 3 4 5 6 7 8 9 10; do
        # Below the range from which the system hands out ports by itself.
        postgres_port=$((15000 + RANDOM % 15000))
        if (exec 3<>"/dev/tcp/127.0.0.1/$postgres_port") 2>/dev/null; then
            continue
        fi
        # Durability is not what these tests are about, the machine going down ends them anyway.
        options="-p $postgres_port -k $folder -c listen_addresses=127.0.0.1 -c max_connections=200"
        options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        if (cd / && as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -o "$options" \
            -w -t 60 start >/dev/null </dev/null); then
            return
        fi
    done
    cat "$folder/log" >&2
    echo "./test could not start PostgreSQL (tried $try ports)." >&2
    exit 1
}

command_of() {
    if [ -r "/proc/$1/cmdline" ]; then
        tr '\0' ' ' <"/proc/$1/cmdline"
    fi
}

postgres_stop() {
    local data=$1/pg/data pid
    pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 0
    # After a crash of the machine the number may belong to somebody else.
    command_of "$pid" | grep -qF -- "$data" || return 0
    (cd / && as_postgres "$(postgres_bin)/pg_ctl" -D "$data" -m immediate -w -t 20 stop) \
        >/dev/null 2>&1 || kill -KILL "$pid" 2>/dev/null || true
}

# A run that was killed outright (kill -9, power) could not tidy up; the next one does it.
sweep_old_runs() {
    local folder owner
    for folder in /tmp/huihai-test.*; do
        [ -d "$folder" ] && [ -O "$folder" ] || continue
        owner=$(cat "$folder/owner" 2>/dev/null) || continue
        if command_of "$owner" | grep -q test; then
            continue
        fi
        postgres_stop "$folder"
        rm -rf "$folder"
    done
}
