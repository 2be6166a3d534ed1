#!/usr/bin/env bash
# usage: package.sh APP [FOLDER]: builds the Next.js application in APP (output: "standalone") and makes a function's folder
# of it, application/ beside this script unless another is named
set -euo pipefail

app=$(cd "$1" && pwd)
folder=${2:-$(cd "$(dirname "$0")" && pwd)/application}

(cd "$app" && npx next build)
rm -rf "$folder"
cp -R "$app/.next/standalone" "$folder"
cp -R "$app/.next/static" "$folder/.next/static"
if [ -d "$app/public" ]; then
  cp -R "$app/public" "$folder/public"
fi

# What the Lambda Web Adapter starts.
cat > "$folder/run.sh" <<'SCRIPT'
#!/bin/sh
# Some machines name themselves in HOSTNAME; the adapter asks on the loopback interface.
HOSTNAME=127.0.0.1 exec node server.js
SCRIPT
chmod +x "$folder/run.sh"
