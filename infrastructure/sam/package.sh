#!/usr/bin/env bash
# usage: package.sh APP : builds the Next.js application in APP (output: "standalone") and makes application/ of it
set -euo pipefail

app=$(cd "$1" && pwd)
folder=$(cd "$(dirname "$0")" && pwd)/application

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
exec node server.js
SCRIPT
chmod +x "$folder/run.sh"
