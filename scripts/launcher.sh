#!/bin/sh
# Starts the bundle's program of this name beside the LibTorch of this machine: LACUNA_TORCH_DIR (the folder that holds
# lib/libtorch_cpu.so), or the torch package of python3. Only version 2.11 will do: the program is built for it.
wanted=2.11
self=$(readlink -f -- "$0")
root=$(cd "$(dirname -- "$self")/.." && pwd)
program=$root/libexec/$(basename -- "$0")

die() { echo "lacuna: $*" >&2; exit 2; }
torch=${LACUNA_TORCH_DIR-}
if [ -z "$torch" ]; then  # find_spec does not import torch, so this takes milliseconds
  torch=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(list(s.submodule_search_locations)[0] if s else "")' 2>/dev/null)
  [ -n "$torch" ] || die "LibTorch: none found (pip install torch==$wanted.0, or set LACUNA_TORCH_DIR to the folder that holds lib/libtorch_cpu.so)"
fi
[ -e "$torch/lib/libtorch_cpu.so" ] || die "LibTorch: $torch has no lib/libtorch_cpu.so (LACUNA_TORCH_DIR names the folder of the torch package)"
version=$(sed -n "s/^__version__ = ['\"]\([^'\"]*\).*/\1/p" "$torch/version.py" 2>/dev/null)
[ -n "$version" ] || version=$(cat "$torch/build-version" 2>/dev/null)
case $version in
  $wanted.*) ;;
  *) die "LibTorch: $torch is version ${version:-unknown} ($wanted is needed)" ;;
esac
LACUNA_TORCH_DIR=$torch
LD_LIBRARY_PATH=$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
[ ! -d "$root/share/lacuna/data" ] || LACUNA_DATA=${LACUNA_DATA:+$LACUNA_DATA:}$root/share/lacuna/data
# The bundled libcurl looks for certificates where Debian has them.
for file in ${SSL_CERT_FILE-} /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
  [ -e "$file" ] || continue
  SSL_CERT_FILE=$file
  export SSL_CERT_FILE
  break
done
export LACUNA_TORCH_DIR LACUNA_DATA LD_LIBRARY_PATH
exec "$program" "$@"
