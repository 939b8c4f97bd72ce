import { readFileSync } from "node:fs";
import { ENDPOINT_SCHEMES, parseEndpointUrl, schemeOfPort } from "#model/endpoint-url.ts";
import type { TargetOf } from "#model/estate.ts";
import { TLS_ENDPOINT_KIND } from "#model/subject.ts";
import { UsageError } from "./exit.ts";

/** The options that say how to reach the endpoints. */
export interface TargetOptions {
  readonly label: readonly string[];
  readonly connect?: string;
  readonly caFile?: string;
  readonly timeout: string;
}

/** What all targets of a run have in common. */
export type CommonTarget = Omit<TargetOf<"endpoint">, "url">;

/** An address as a target, or what is wrong with it. */
export type ReadAddress =
  | {
      readonly target: TargetOf<"endpoint">;
      /** The same for every spelling of the same address. */
      readonly key: string;
    }
  | { readonly error: string };

const MOST_SECONDS = 3600;
const EXPECTED = "expected HOST, HOST:PORT or a URL such as https://example.com";
/** As `identifier` in `#model/schema.ts`, which is not loaded here: nothing may keep the first packet waiting. */
const LABEL = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Reads the options, once for all addresses. @throws UsageError */
export function commonTarget(options: TargetOptions): CommonTarget {
  const timeout = `PT${seconds(options.timeout)}S`;
  if (options.caFile !== undefined) requireCertificates(options.caFile);
  const odd = options.label.find((label) => !LABEL.test(label));
  if (odd !== undefined) {
    throw new UsageError(
      `--label ${odd}: expected lower-case letters, digits and hyphens, such as service`,
    );
  }
  return {
    id: "endpoint",
    provider: "endpoint",
    labels: [...options.label],
    ...(options.connect === undefined ? {} : { connect: hostAndPort(options.connect) }),
    ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    limits: { targetTimeout: timeout, callTimeout: timeout },
  };
}

/**
 * HOST and HOST:443 are web servers, HOST:22 is asked in SSH, the usual ports of mail, databases and others are asked in
 * their protocol to begin TLS, any other port is asked for TLS at once; a URL says itself what it is. Its query and fragment are left out: they may hold a token, which would be sent in clear text and stand in the report.
 */
export function readAddress(given: string, common: CommonTarget): ReadAddress {
  const address = given.replace(/[?#].*$/s, "");
  // Not repeated in the message: it would show the password.
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i.test(address)) {
    return {
      error:
        "the address holds a user or a password, which is never sent: leave out what stands before the @",
    };
  }
  const url = urlOf(address);
  const scheme = url.slice(0, url.indexOf(":")).toLowerCase();
  if (!ENDPOINT_SCHEMES.includes(scheme)) return { error: `${EXPECTED} (not ${scheme}://)` };
  const parsed = parseEndpointUrl(url);
  if (parsed === null) return { error: EXPECTED };
  const { host, port, usualPort, path, startTls, kind } = parsed;
  const spoken = kind === TLS_ENDPOINT_KIND ? (startTls ?? "tls") : scheme;
  // An http:// address names another port than the one that it is looked for at.
  const door = scheme === "http" ? (port ?? 80) : (port ?? usualPort);
  return { target: { ...common, url }, key: `${spoken} ${host}:${door}${path}` };
}

function urlOf(address: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return address;
  const bare = address.replace(/\/$/, "");
  // An IPv6 address without brackets has no port.
  const port = bracketed(bare) === bare ? /:(\d+)$/.exec(bare)?.[1] : undefined;
  const scheme = port === undefined || port === "443" ? "https" : schemeOfPort(Number(port));
  return `${scheme}://${bracketed(bare)}`;
}

/** A host as it stands before a port: an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function bracketed(host: string): string {
  // Two steps, as one pattern of it all takes cubic time on a line of colons.
  const address = /^[0-9a-f:.]+$/i.test(host) && host.split(":").length > 2;
  return address ? `[${host}]` : host;
}

/** A file that cannot help is the user's to mend, not the server's fault. @throws UsageError */
function requireCertificates(file: string): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`--ca-file ${file} cannot be read`);
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new UsageError(`--ca-file ${file} holds no certificate in PEM form`);
  }
}

function seconds(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MOST_SECONDS) {
    throw new UsageError(`--timeout ${text}: expected whole seconds from 1 to ${MOST_SECONDS}`);
  }
  return value;
}

function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`--connect ${text}: expected HOST:PORT`);
  }
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}
