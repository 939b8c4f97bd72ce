import { readFileSync } from "node:fs";
import { targetSchema, type TargetOf } from "#model/estate.ts";
import { UsageError } from "./exit.ts";

/** The options that say how to reach the endpoint. */
export interface TargetOptions {
  readonly label: readonly string[];
  readonly connect?: string;
  readonly caFile?: string;
  readonly timeout: string;
}

const MOST_SECONDS = 3600;

/**
 * HOST and HOST:443 are web servers, any other port is asked for TLS only; a URL says itself what it is. Its query and
 * fragment are left out: they may hold a token, which would be sent in clear text and stand in the report.
 * @throws UsageError
 */
export function endpointTarget(given: string, options: TargetOptions): TargetOf<"endpoint"> {
  const address = given.replace(/[?#].*$/s, "");
  // Not repeated in the message: it would show the password.
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i.test(address)) {
    throw new UsageError(
      "check: the address holds a user or a password, which is never sent: leave out what stands before the @",
    );
  }
  const timeout = `PT${seconds(options.timeout)}S`;
  const bare = /^[a-z]+:\/\//i.test(address) ? null : address.replace(/\/$/, "");
  // An IPv6 address without brackets has no port.
  const port = bare === null || bracketed(bare) !== bare ? null : /:(\d+)$/.exec(bare)?.[1];
  const web = port === null || port === undefined || port === "443";
  if (options.caFile !== undefined) requireCertificates(options.caFile);
  const parsed = targetSchema.safeParse({
    id: "endpoint",
    provider: "endpoint",
    labels: [...options.label],
    url: bare === null ? address : `${web ? "https" : "tls"}://${bracketed(bare)}`,
    ...(options.connect === undefined ? {} : { connect: hostAndPort(options.connect) }),
    ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    limits: { targetTimeout: timeout, callTimeout: timeout },
  });
  if (!parsed.success || parsed.data.provider !== "endpoint") {
    const reason = parsed.error?.issues[0]?.message ?? "";
    throw new UsageError(
      `check ${address}: expected HOST, HOST:PORT or a URL such as https://example.com (${reason})`,
    );
  }
  return parsed.data;
}

/** A host as it stands before a port: an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function bracketed(host: string): string {
  return /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
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
  if (match?.[1] === undefined) throw new UsageError(`--connect ${text}: expected HOST:PORT`);
  return { host: match[1].replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}
