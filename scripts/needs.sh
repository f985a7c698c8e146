# What the tests need from the system, and how to get it on Debian. Sourced by ./test.

postgres_bin() {
    local bin newest=
    for bin in /usr/lib/postgresql/*/bin; do
        # The glob sorts 9 after 15; -V sorts versions.
        [ -x "$bin/initdb" ] && newest=$(printf '%s\n%s\n' "$newest" "$bin" | sort -V | tail -n 1)
    done
    if [ -z "$newest" ] && command -v initdb >/dev/null; then
        newest=$(dirname "$(readlink -f "$(command -v initdb)")")
    fi
    printf '%s' "$newest"
}

has_chinese_font() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        -type f \( -iname '*wqy*' -o -iname '*cjk*' -o -iname '*sourcehan*' \) \
        -print -quit 2>/dev/null | grep -q .
}

need_all() {
    local missing=()
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    [ -n "$(postgres_bin)" ] || missing+=(postgresql)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromedriver >/dev/null || missing+=(chromium-driver)
    # 5 MB, where fonts-noto-cjk is 90.
    has_chinese_font || missing+=(fonts-wqy-microhei)
    if [ ${#missing[@]} -gt 0 ]; then
        install_packages "${missing[@]}"
    fi
    if ! command -v cargo >/dev/null; then
        echo "./test needs Rust: install it from https://rustup.rs, then run ./test again." >&2
        exit 1
    fi
}

install_packages() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "./test needs these Debian packages: $*" >&2
        echo "Install them, or run ./test once as root on Debian and it will." >&2
        exit 1
    fi
    printf '== installing %s\n' "$*"
    local from=$SECONDS
    # Debian would make and start a database cluster of its own when it installs PostgreSQL. We
    # need the programs only, so a file of ours says no while we install, and goes afterwards.
    local drop_in=/etc/postgresql-common/createcluster.d/huihai-test.conf
    mkdir -p "${drop_in%/*}"
    echo "create_main_cluster = false" >"$drop_in"
    local status=0
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get update -q </dev/null &&
            apt-get install -q -y --no-install-recommends \
                -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
    } || status=$?
    rm -f "$drop_in"
    if [ "$status" != 0 ]; then
        echo "./test could not install: $*" >&2
        exit 1
    fi
    printf -- '-- installing: %d s\n' $((SECONDS - from))
}
