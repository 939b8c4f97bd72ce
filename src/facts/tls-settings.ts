import type { TlsVersion } from "#model/tls.ts";
import { cipherSuites } from "./cipher-suites.ts";
import { groupByName } from "./named-groups.ts";
import { opensslGroup, opensslSuite } from "./openssl-names.ts";
import type { TlsProfile } from "./tls-profiles.ts";

/** What a server is set to: its versions, its suites up to TLS 1.2 and those of TLS 1.3, its groups. */
export type SettingPart = "versions" | "suites" | "suites13" | "groups";

/** The lines that set one server to a profile. */
export interface ServerSettings {
  readonly server: "nginx" | "Apache" | "HAProxy";
  readonly lines: readonly string[];
}

const PARTS: readonly SettingPart[] = ["versions", "suites", "suites13", "groups"];
/** What OpenSSL offers where nothing is set. */
const DEFAULT_SUITES13: ReadonlySet<string> = new Set([
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
]);

/** What the settings are made of, in OpenSSL's names. */
interface Names {
  readonly versions: readonly TlsVersion[];
  /** Up to TLS 1.2; empty where none is recommended. */
  readonly suites: string;
  readonly suites13: string;
  readonly groups: string;
  /** Size of the prime of DHE; null where no suite needs one. */
  readonly dhBits: number | null;
  readonly serverOrder: boolean;
}
type Lines = Readonly<Record<SettingPart, readonly string[]>>;

/** In nginx a line may hold several settings; `·` parts those that need a line each. */
const SERVERS = [
  { server: "nginx", lines: nginx, join: " " },
  { server: "Apache", lines: apache, join: " · " },
  { server: "HAProxy", lines: haproxy, join: " · " },
] as const;

/**
 * The lines that set nginx, Apache and HAProxy to a profile's versions, recommended suites and groups.
 * @param openssl35 Whether OpenSSL 3.5 or newer is there: an older one refuses the names of post-quantum groups, and
 * before 3.2 those of the Brainpool curves of TLS 1.3.
 */
export function tlsSettings(
  profile: TlsProfile,
  openssl35: boolean,
  parts: readonly SettingPart[] = PARTS,
): readonly ServerSettings[] {
  const names = namesOf(profile, openssl35);
  return SERVERS.map(({ server, lines }) => ({
    server,
    lines: parts.flatMap((part) => lines(names)[part]),
  }));
}

/**
 * The settings for people: a line for each part and server, and what a list of suites is only once. The suites of TLS 1.3
 * are left out where OpenSSL has them by itself, unless they are asked for.
 */
export function settingsInWords(profile: TlsProfile, parts: readonly SettingPart[]): string {
  const names = namesOf(profile, true);
  const own13 = profile.suites.filter((name) => names.suites13.split(":").includes(name));
  const usual =
    own13.length === DEFAULT_SUITES13.size && own13.every((name) => DEFAULT_SUITES13.has(name));
  const wanted = PARTS.filter(
    (part) => parts.includes(part) || (part === "suites13" && parts.includes("suites") && !usual),
  );
  const words = [
    `Set the server to ${profile.title} (a cloud service: to a TLS policy as strict).`,
    ...wanted.flatMap((part) =>
      SERVERS.flatMap(({ server, lines, join }) => {
        const own = lines(names)[part];
        const line = own.join(join);
        return own.length === 0
          ? []
          : [`${server}: ${server === "nginx" ? line : briefly(line, names)}`];
      }),
    ),
  ];
  const newest = profile.groups.filter(isNewest);
  if (parts.includes("groups") && newest.length > 0) {
    words.push(`Before OpenSSL 3.5 leave out ${newest.join(", ")}.`);
  }
  if (parts.includes("groups") && names.dhBits !== null) {
    const { dhBits } = names;
    const file = primeFile(dhBits);
    words.push(
      `The file: openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe${dhBits} -out ${file}`,
    );
  }
  return words.join("\n");
}

/** The list of suites is the longest of all and the same for every server. */
function briefly(line: string, { suites }: Names): string {
  return suites.length < LONG_LIST ? line : line.replace(suites, "(the same list)");
}
const LONG_LIST = 60;

/** For people, what makes a server accept certain versions (oldest first, none left out between) and no others. */
export function versionsInWords(versions: readonly TlsVersion[]): string {
  return [
    `Accept ${versions.join(", ")} only; on a cloud service set its minimum TLS version.`,
    `nginx: ${nginxVersions(versions)}`,
    `Apache: ${apacheVersions(versions)}`,
    `HAProxy: ${haproxyVersions(versions)}`,
  ].join("\n");
}

function namesOf(profile: TlsProfile, openssl35: boolean): Names {
  const known = new Map(
    cipherSuites()
      .values()
      .map((suite) => [suite.name, suite]),
  );
  const is13 = (name: string) => known.get(name)?.since === "TLSv1.3";
  const before = profile.suites.filter((name) => !is13(name));
  const dhe = before.some((name) => known.get(name)?.keyExchange === "DHE");
  // OpenSSL 3 speaks TLS 1.0 and 1.1, whose signatures are SHA-1 with MD5, at its lowest security level only.
  const old = profile.versions.some((version) => version === "TLSv1.0" || version === "TLSv1.1");
  return {
    versions: profile.versions,
    suites: [...(old ? ["@SECLEVEL=0"] : []), ...before.map(opensslSuite)].join(":"),
    suites13: profile.suites.filter(is13).join(":"),
    groups: profile.groups
      .filter((name) => openssl35 || !isNewest(name))
      .map(opensslGroup)
      .join(":"),
    dhBits: dhe ? primeSize(profile.minimumDhBits) : null,
    serverOrder: profile.serverOrder === true,
  };
}

/** Of groups that OpenSSL 3.0 has no name for. */
function isNewest(name: string): boolean {
  const kind = groupByName(name)?.kind;
  return kind === "kem" || kind === "hybrid" || name.endsWith("tls13");
}

/** The smallest group of RFC 7919 of so many bits. */
function primeSize(minimum: number | null): number {
  return [2048, 3072, 4096, 6144].find((bits) => bits >= (minimum ?? 0)) ?? 8192;
}

function primeFile(bits: number): string {
  return `/etc/ssl/ffdhe${bits}.pem`;
}

function nginx({ versions, suites, suites13, groups, dhBits, serverOrder }: Names): Lines {
  return {
    versions: [nginxVersions(versions)],
    suites: [
      ...(suites === "" ? [] : [`ssl_ciphers ${suites};`]),
      `ssl_prefer_server_ciphers ${serverOrder ? "on" : "off"};`,
    ],
    suites13: [`ssl_conf_command Ciphersuites ${suites13};`],
    groups: [
      `ssl_ecdh_curve ${groups};`,
      ...(dhBits === null ? [] : [`ssl_dhparam ${primeFile(dhBits)};`]),
    ],
  };
}

function apache({ versions, suites, suites13, groups, dhBits, serverOrder }: Names): Lines {
  return {
    versions: [apacheVersions(versions)],
    suites: [
      ...(suites === "" ? [] : [`SSLCipherSuite ${suites}`]),
      `SSLHonorCipherOrder ${serverOrder ? "on" : "off"}`,
    ],
    suites13: [`SSLCipherSuite TLSv1.3 ${suites13}`],
    groups: [
      `SSLOpenSSLConfCmd Curves ${groups}`,
      ...(dhBits === null ? [] : [`SSLOpenSSLConfCmd DHParameters ${primeFile(dhBits)}`]),
    ],
  };
}

function haproxy({ versions, suites, suites13, groups, dhBits, serverOrder }: Names): Lines {
  return {
    versions: [haproxyVersions(versions)],
    suites: [
      ...(suites === "" ? [] : [`ssl-default-bind-ciphers ${suites}`]),
      ...(serverOrder ? [] : ["ssl-default-bind-options prefer-client-ciphers"]),
    ],
    suites13: [`ssl-default-bind-ciphersuites ${suites13}`],
    groups: [
      `ssl-default-bind-curves ${groups}`,
      ...(dhBits === null ? [] : [`tune.ssl.default-dh-param ${dhBits}`]),
    ],
  };
}

function nginxVersions(versions: readonly TlsVersion[]): string {
  return `ssl_protocols ${versions.map(opensslVersion).join(" ")};`;
}

function apacheVersions(versions: readonly TlsVersion[]): string {
  return `SSLProtocol -all ${versions.map((version) => `+${opensslVersion(version)}`).join(" ")}`;
}

function haproxyVersions(versions: readonly TlsVersion[]): string {
  const [oldest = "TLSv1.2"] = versions;
  return `ssl-default-bind-options ssl-min-ver ${oldest}`;
}

/** OpenSSL, nginx and Apache call TLS 1.0 `TLSv1`. */
function opensslVersion(version: TlsVersion): string {
  return version === "TLSv1.0" ? "TLSv1" : version;
}
