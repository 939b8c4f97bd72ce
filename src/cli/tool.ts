import { readFileSync } from "node:fs";

/** Name and version, as every report carries them. */
export function tool(): { readonly name: string; readonly version: string } {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version }: { version: string } = JSON.parse(text);
  return { name: "probity", version };
}
