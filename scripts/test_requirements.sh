#!/bin/sh
# Have what the tests need from the operating system: install it through apt where that is permitted, otherwise say what
# is missing and fail. Nothing is skipped for want of a program or a font.
set -eu
cd "$(dirname "$0")/.."
fandol=var/fonts/fandol

missing=""
[ -x /usr/bin/chromium ] || missing="$missing chromium"
[ -f /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$missing fonts-noto-cjk"
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
command -v go >/dev/null || missing="$missing golang-go"
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] || missing="$missing golang-golang-x-mod-dev"
fonts_missing=""
[ -f "$fandol/FandolFang-Regular.otf" ] || fonts_missing=yes
[ -n "$missing$fonts_missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo -n"; fi
fi
refuse() {
    echo "测试缺少下列内容，且不能自动安装： / The tests need what could not be installed here:" >&2
    [ -z "$missing" ] || echo "  apt-get install --no-install-recommends$missing" >&2
    [ -z "$fonts_missing" ] || echo "  Fandol 字体放入 $fandol：apt-get download texlive-lang-chinese 后用 dpkg-deb -x 取出 fonts/opentype/public/fandol" >&2
    exit 1
}
command -v apt-get >/dev/null || refuse

if [ -n "$missing" ]; then
    [ "$(id -u)" -eq 0 ] || [ -n "$as_root" ] || refuse
    echo "正在安装：$missing"
    $as_root apt-get update -qq || refuse
    # shellcheck disable=SC2086 - a list of names
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null || refuse
    missing=""
fi
if [ -n "$fonts_missing" ]; then
    # Only the fonts are taken out of the package (7 of its 49 MB); no TeX is installed.
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    (cd "$work" && { apt-get download -qq texlive-lang-chinese || { $as_root apt-get update -qq && apt-get download -qq texlive-lang-chinese; }; }) >/dev/null 2>&1 || refuse
    mkdir -p "$work/tree" "$fandol"
    dpkg-deb --fsys-tarfile "$work"/texlive-lang-chinese_*.deb \
        | tar -x -C "$work/tree" --wildcards '*/opentype/public/fandol/*' || refuse
    find "$work/tree" -name '*.otf' -exec cp {} "$fandol/" \;
    [ -f "$fandol/FandolFang-Regular.otf" ] || refuse
fi
