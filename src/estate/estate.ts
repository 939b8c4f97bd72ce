import { dirname, resolve } from "node:path";
import { check, duplicateIds, isMapping, mappingsOf, settle } from "#configuration/check.ts";
import { type Finding, type Loaded, type Path, readDocument } from "#configuration/document.ts";
import { secretFindings } from "#configuration/secrets.ts";
import { show, showKey } from "#configuration/show.ts";
import { asWebUrl } from "#model/endpoint-url.ts";
import { type Estate, estateSchema, type Target } from "#model/estate.ts";

/**
 * Reads an estate. A literal secret in it is refused, and not repeated. Paths of certificate and credential files
 * are relative to the estate's file and come out absolute; whether they exist is seen when they are used.
 * @throws ConfigurationError with everything that is wrong, at its line and column.
 */
export function readEstate(file: string): Loaded<Estate> {
  const document = readDocument(file);
  const targets = mappingsOf(document.value, "targets");
  const { value, ...source } = settle(document, check(estateSchema, document.value), [
    ...secretFindings(document.value),
    ...duplicateIds(document, targets),
    ...targets.flatMap(({ path, entry }) =>
      duplicateIds(document, mappingsOf(entry, "backups", path)),
    ),
    ...targets.flatMap(({ path, entry }) => hostFindings(path, entry)),
    ...targets.flatMap(({ path, entry }) => referenceFindings(path, entry["credentials"])),
  ]);
  const folder = dirname(file);
  return {
    ...source,
    value: { ...value, targets: value.targets.map((target) => withAbsolutePaths(target, folder)) },
  };
}

/** Addresses without a host: `https:///x` or `tls:`. What is no address at all is left to the schema. */
function hostFindings(path: Path, target: Readonly<Record<string, unknown>>): readonly Finding[] {
  const { url, endpoints } = target;
  const addresses: readonly (readonly [Path, unknown])[] = [
    [[...path, "url"], url],
    ...(isMapping(endpoints)
      ? Object.entries(endpoints).map(
          ([name, address]) => [[...path, "endpoints", name], address] as const,
        )
      : []),
  ];
  return addresses.flatMap(([place, address]) => {
    if (typeof address !== "string" || !URL.canParse(address)) return [];
    // The host of a scheme that URL does not know is not checked by it.
    const asWeb = asWebUrl(address);
    if (URL.canParse(asWeb) && new URL(asWeb).hostname !== "") return [];
    return [{ path: place, message: `: expected an address with a host, got ${show(address)}` }];
  });
}

/** A credential that is named twice: nobody can tell which is meant. */
function referenceFindings(path: Path, credentials: unknown): readonly Finding[] {
  if (!isMapping(credentials)) return [];
  const { env, files } = credentials;
  if (!isMapping(env) || !isMapping(files)) return [];
  return Object.keys(files)
    .filter((name) => Object.hasOwn(env, name))
    .map((name) => ({
      path: [...path, "credentials", "files", name],
      part: "key",
      message: `: ${showKey(name)} is given under env too: keep one of them`,
    }));
}

function withAbsolutePaths(target: Target, folder: string): Target {
  const absolute = (path: string) => resolve(folder, path);
  const ca = target.caFile === undefined ? {} : { caFile: absolute(target.caFile) };
  if (target.provider === "endpoint" || target.credentials?.files === undefined) {
    return { ...target, ...ca };
  }
  const files = Object.fromEntries(
    Object.entries(target.credentials.files).map(([name, path]) => [name, absolute(path)]),
  );
  return { ...target, ...ca, credentials: { ...target.credentials, files } };
}
