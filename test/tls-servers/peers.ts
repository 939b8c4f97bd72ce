/** What two other scanners see of the same server. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { groupName } from "#facts/named-groups.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { SERVER_NAME } from "./keys.ts";
import { findCode } from "./names.ts";

const run = promisify(execFile);

export const PEERS = ["sslscan", "nmap"] as const;
export type Peer = (typeof PEERS)[number];

/** What a peer says of one version that it calls accepted; null for what it does not list there. */
export interface PeerVersion {
  readonly suites: ReadonlySet<string> | null;
  readonly groups: ReadonlySet<string> | null;
  readonly primes: ReadonlySet<number> | null;
}
export type PeerView = ReadonlyMap<TlsVersion, PeerVersion>;

/** Runs a peer against a port of this machine. */
export function ask(peer: Peer, port: number): Promise<PeerView> {
  return peer === "sslscan" ? askSslscan(port) : askNmap(port);
}

async function askSslscan(port: number): Promise<PeerView> {
  const less = ["heartbleed", "fallback", "renegotiation", "compression", "check-certificate"];
  const { stdout } = await run("sslscan", [
    "--xml=-",
    ...less.map((test) => `--no-${test}`),
    `--sni-name=${SERVER_NAME}`,
    `127.0.0.1:${port}`,
  ]);
  return readSslscan(stdout);
}

/** Reads sslscan's XML: one element a protocol, a cipher, a group. */
export function readSslscan(xml: string): PeerView {
  const elements = [...xml.matchAll(/<(protocol|cipher|group) ([^>]*?)\/?>/g)].map(
    ([, kind = "", attributes = ""]) => ({
      kind,
      fields: new Map(
        [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
          name,
          value,
        ]),
      ),
    }),
  );
  const enabled = new Set(
    elements.flatMap(({ kind, fields }) => {
      if (kind !== "protocol" || fields.get("enabled") !== "1") return [];
      const number = fields.get("version") ?? "";
      return [fields.get("type") === "ssl" ? `SSLv${number}` : `TLSv${number}`];
    }),
  );
  const of = (version: TlsVersion, kind: string) =>
    elements.filter((one) => one.kind === kind && one.fields.get("sslversion") === version);
  return new Map(
    TLS_VERSIONS.filter((version) => enabled.has(version)).map((version) => {
      // It only says whether the SSL versions are enabled.
      const old = version === "SSLv2" || version === "SSLv3";
      const ciphers = of(version, "cipher").map(({ fields }) => spelled(fields.get("id") ?? ""));
      const groups = of(version, "group").map(({ fields }) => groupName(Number(fields.get("id"))));
      return [
        version,
        {
          suites: old ? null : new Set(ciphers),
          // Those of 1.3 and of 1.2 are all that it lists.
          groups: version === "TLSv1.3" || version === "TLSv1.2" ? new Set(groups) : null,
          primes: null,
        },
      ];
    }),
  );
}

async function askNmap(port: number): Promise<PeerView> {
  const target = ["-Pn", "-n", "-sT", "-p", String(port), "-oX", "-", "127.0.0.1"];
  const scripts = ["--script", "+ssl-enum-ciphers,+sslv2"];
  const name = ["--script-args", `tls.servername=${SERVER_NAME}`];
  const { stdout } = await run("nmap", [...scripts, ...name, ...target], { maxBuffer: 16_000_000 });
  return readNmap(stdout);
}

/** The seven ciphers of SSLv2 by nmap's names. */
const SSL2_NAMES: ReadonlyMap<string, string> = new Map([
  ["SSL2_RC4_128_WITH_MD5", "0x010080"],
  ["SSL2_RC4_128_EXPORT40_WITH_MD5", "0x020080"],
  ["SSL2_RC2_128_CBC_WITH_MD5", "0x030080"],
  ["SSL2_RC2_128_CBC_EXPORT40_WITH_MD5", "0x040080"],
  ["SSL2_IDEA_128_CBC_WITH_MD5", "0x050080"],
  ["SSL2_DES_64_CBC_WITH_MD5", "0x060040"],
  ["SSL2_DES_192_EDE3_CBC_WITH_MD5", "0x0700C0"],
]);

/** Reads nmap's XML: a table for each version, in it one for each suite. */
export function readNmap(xml: string): PeerView {
  const view = new Map<TlsVersion, PeerVersion>();
  const ssl2 = [...xml.matchAll(/<elem>(SSL2_\w+)<\/elem>/g)].map(([, name = ""]) => name);
  if (ssl2.length > 0) {
    view.set("SSLv2", {
      suites: new Set(ssl2.map((name) => SSL2_NAMES.get(name) ?? name)),
      groups: null,
      primes: null,
    });
  }
  const parts = xml.split(/<table key="((?:SSL|TLS)v[\d.]+)">/).slice(1);
  for (let index = 0; index < parts.length; index += 2) {
    const version = TLS_VERSIONS.find((one) => one === parts[index]);
    const part = parts[index + 1] ?? "";
    if (version === undefined) throw new Error(`nmap names an unknown version: ${parts[index]}`);
    const names = [...part.matchAll(/<elem key="name">(\w+)<\/elem>/g)].map(([, name = ""]) =>
      // Its own spelling for TLS 1.3.
      name.replace("TLS_AKE_WITH_", "TLS_"),
    );
    const primes = [...part.matchAll(/<elem key="kex_info">dh (\d+)<\/elem>/g)];
    view.set(version, {
      suites: new Set(names.map(codeFor)),
      // It names the group of one handshake a suite, which is no list.
      groups: null,
      primes: new Set(primes.map(([, bits]) => Number(bits))),
    });
  }
  return view;
}

/** The registry swaps two words in the name of two suites, which not everybody does. */
function codeFor(name: string): string {
  return findCode(name) ?? findCode(name.replace("_PSK_DHE_", "_DHE_PSK_")) ?? name;
}

/** `0xC02F`, from whatever case a peer writes. */
function spelled(id: string): string {
  return `0x${id.slice(2).toUpperCase()}`;
}
