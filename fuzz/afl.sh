#!/usr/bin/env bash
# Runs AFL++ on one target, with coverage of our two libraries: fuzz/afl.sh TARGET [arguments of afl-fuzz, such as -V 60].
# Needs afl-fuzz (Debian: afl++). Findings are in artifacts/afl/TARGET/default/crashes and hangs; replay them with the program.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { echo "usage: fuzz/afl.sh TARGET [arguments of afl-fuzz]" >&2; exit 2; }
target=$1; shift
[ -d "fuzz/corpus/$target" ] || { echo "There is no target '$target': see 'dotnet run -c Release --project fuzz -- list'." >&2; exit 2; }
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: apt-get install afl++" >&2; exit 2; }

program=$PWD/artifacts/afl/program
rm -rf "$program"
dotnet tool restore
dotnet publish fuzz -c Release -o "$program"
for library in HybridTls.Cryptography HybridTls; do dotnet sharpfuzz "$program/$library.dll"; done

# .NET starts slowly, reserves much address space and is not instrumented itself.
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1
exec afl-fuzz -i "fuzz/corpus/$target" -o "artifacts/afl/$target" -m none -t 5000 "$@" -- dotnet "$program/HybridTls.Fuzz.dll" "afl:$target"
