import manifest from "../../package.json" with { type: "json" };

/** Name and version, as every report carries them. */
export function tool(): { readonly name: string; readonly version: string } {
  return { name: "probity", version: manifest.version };
}
