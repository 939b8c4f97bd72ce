import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureVersion } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  altNames,
  type Issued,
  keyPair,
  makeCertificate,
  type Wanted,
} from "../../support/certificates.ts";

const READER = fileURLToPath(new URL("curve-reader.ts", import.meta.url));

const root = makeCertificate({ subject: "Root", keys: keyPair("p256", "root"), authority: true });
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "probity-curves-"));
  await writeFile(join(folder, "root.pem"), root.pem);
});
afterAll(() => rm(folder, { recursive: true }));

/** A server shows no certificate of a curve that it has not among its groups (RFC 8422 5.1). */
const GROUPS = "X25519:P-256:brainpoolP256r1:secp256k1";
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

async function serve(chain: readonly Issued[], maxVersion: SecureVersion): Promise<number> {
  const key = chain[0]?.keys.privateKey.export({ type: "pkcs8", format: "pem" });
  const cert = chain.map(({ pem }) => pem).join("");
  const options = { ...(key === undefined ? {} : { key }), cert, ecdhCurve: GROUPS, maxVersion };
  const server = createServer(options, (_, response) => void response.end("body"));
  server.on("tlsClientError", () => {});
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Read {
  /** That the process ended by; null for an end of its own. */
  readonly signal: string | null;
  readonly seen: { readonly [way: string]: unknown };
  readonly stderr: string;
}

function read(port: number, trusted: boolean): Promise<Read> {
  const ca = trusted ? [root.pem] : [];
  const extra = trusted ? { NODE_EXTRA_CA_CERTS: join(folder, "root.pem") } : {};
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [READER, String(port), ...ca],
      { env: { ...process.env, ...extra } },
      (error, stdout, stderr) => {
        const lines = stdout.split("\n").filter((line) => line !== "");
        const seen: unknown = Object.fromEntries(lines.map((line): [] => JSON.parse(line)));
        const signal = error?.signal ?? null;
        resolve({ signal, seen: { ...(typeof seen === "object" ? seen : {}) }, stderr });
      },
    );
  });
}

const certificate = (wanted: Partial<Wanted> & Pick<Wanted, "keys">) =>
  makeCertificate({
    subject: "one.example",
    issuer: root,
    ...(wanted.authority === true ? {} : { extensions: [altNames("one.example")] }),
    ...wanted,
  });

/** Node 24.21 ends by SIGSEGV over the keys of all named curves but NIST's, which its own certificate object cannot hold. */
for (const [namedCurve, version] of [
  ["brainpoolP256r1", "TLSv1.3"],
  // TLS 1.3 has no signatures by it.
  ["secp256k1", "TLSv1.2"],
] as const) {
  const keys = generateKeyPairSync("ec", { namedCurve });
  const upper = certificate({ subject: "Upper", keys, authority: true });
  const chains: readonly (readonly [string, readonly Issued[]])[] = [
    ["a server", [certificate({ keys })]],
    ["an authority", [certificate({ keys: keyPair("p256", "leaf"), issuer: upper }), upper]],
  ];
  for (const [whose, chain] of chains) {
    test.each([true, false])(`${namedCurve}, the key of ${whose}; trusted: %s`, async (trusted) => {
      const port = await serve(chain, version);
      const { signal, seen, stderr } = await read(port, trusted);
      expect({ signal, seen, stderr }).toEqual({
        signal: null,
        seen: {
          scan: [trusted, true, chain.length],
          handshake: [trusted, true, false],
          http: 200,
          meeting: "met",
          exchange: "HTTP/1.1 200 OK",
        },
        stderr: "",
      });
    });
  }
}
