import type { TlsVersion } from "#model/tls.ts";
import { cipherSuites } from "./cipher-suites.ts";
import { groupByName } from "./named-groups.ts";
import { opensslGroup, opensslSuite } from "./openssl-names.ts";
import type { TlsProfile } from "./tls-profiles.ts";

/** What a server is set to: its versions, its suites, its groups. */
export type SettingPart = "versions" | "suites" | "groups";

/** The lines that set one server to a profile. */
export interface ServerSettings {
  readonly server: "nginx" | "Apache" | "HAProxy";
  /** Where the lines go. */
  readonly place: string;
  readonly lines: readonly string[];
}

const PARTS: readonly SettingPart[] = ["versions", "suites", "groups"];

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
  const pick = (lines: Lines) => parts.flatMap((part) => lines[part]);
  return [
    { server: "nginx", place: "http or server", lines: pick(nginx(names)) },
    { server: "Apache", place: "virtual host", lines: pick(apache(names)) },
    { server: "HAProxy", place: "global", lines: pick(haproxy(names)) },
  ];
}

/** The settings for people, one a line: `nginx (http or server):`, then its lines, and so on. */
export function settingsInWords(profile: TlsProfile, parts: readonly SettingPart[]): string {
  const words = [
    `Set the server to ${profile.title}; on a cloud service choose a TLS policy as strict.`,
    ...tlsSettings(profile, true, parts).flatMap(inWords),
  ];
  const newest = profile.groups.filter(isNewest);
  const { dhBits } = namesOf(profile, true);
  if (parts.includes("groups") && newest.length > 0) {
    words.push(`Before OpenSSL 3.5 leave out ${newest.join(", ")}.`);
  }
  if (parts.includes("groups") && dhBits !== null) {
    const file = primeFile(dhBits);
    words.push(
      `The file: openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe${dhBits} -out ${file}`,
    );
  }
  return words.join("\n");
}

/** For people, what makes a server accept certain versions (oldest first, none left out between) and no others. */
export function versionsInWords(versions: readonly TlsVersion[]): string {
  return [
    `Accept ${versions.join(", ")} only; on a cloud service set its minimum TLS version.`,
    `nginx: ${nginxVersions(versions)}`,
    `Apache: ${apacheVersions(versions)}`,
    `HAProxy: ${haproxyVersions(versions)}`,
  ].join("\n");
}

function inWords({ server, place, lines }: ServerSettings): readonly string[] {
  return [`${server} (${place}):`, ...lines.map((line) => `  ${line}`)];
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
      `ssl_conf_command Ciphersuites ${suites13};`,
      `ssl_prefer_server_ciphers ${serverOrder ? "on" : "off"};`,
    ],
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
      `SSLCipherSuite TLSv1.3 ${suites13}`,
      `SSLHonorCipherOrder ${serverOrder ? "on" : "off"}`,
    ],
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
      `ssl-default-bind-ciphersuites ${suites13}`,
      ...(serverOrder ? [] : ["ssl-default-bind-options prefer-client-ciphers"]),
    ],
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
