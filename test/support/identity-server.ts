/** An HTTPS server on loopback that stands for `login.example`, and what the probe of identity endpoints makes of it. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/identity/sso.ts";
import { type Gathered, testScan, type TestScanOptions } from "./probe-context.ts";

export const LOGIN_HOST = "login.example";
export const ISSUER = `https://${LOGIN_HOST}`;
export const METADATA_URL = `${ISSUER}/saml/metadata`;

const authority = makeAuthority();
const folder = mkdtempSync(join(tmpdir(), "probity-identity-"));
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, authority.caPem);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** @param names in its certificate; gives the port */
export async function identityServer(
  listener: RequestListener,
  names: readonly string[] = [LOGIN_HOST],
): Promise<number> {
  const { certPem, keyPem } = authority.issue({ commonName: "identity", altNames: names });
  const server = createServer({ cert: certPem, key: keyPem }, listener);
  server.on("clientError", (_error, socket) => socket.destroy());
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** What one page of a server is; answered with 200. */
export interface Page {
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server of these pages, by path; counts what it was asked for. */
export async function pages(byPath: Readonly<Record<string, Page | RequestListener>>) {
  const asked: string[] = [];
  const port = await identityServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const page = byPath[path];
    if (typeof page === "function") page(request, response);
    else if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": page.type, ...page.headers }).end(page.body);
  });
  return { port, asked };
}

/** Reads the identity endpoints of a target whose own host is at that port of loopback. */
export function gatherIdentity(
  port: number,
  identity: { readonly oidc?: string; readonly saml?: string },
  fields: object = {},
  options: TestScanOptions = {},
): Promise<Gathered> {
  const target = targetSchema.parse({
    id: "login",
    provider: "endpoint",
    url: ISSUER,
    identity,
    connect: { host: "127.0.0.1", port },
    caFile,
    ...fields,
  });
  return testScan(target, options).gather(probe);
}
