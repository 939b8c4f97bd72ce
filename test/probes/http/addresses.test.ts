/** A name with several addresses: what each of them answers in clear text. */
import dns, { type LookupAddress } from "node:dns";
import { once } from "node:events";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, describe, expect, test, vi } from "vitest";
import httpsOnly from "#controls/transport/https-only.ts";
import { expectationOf } from "#model/expectation.ts";
import { targetSchema } from "#model/estate.ts";
import probe from "#probes/http/endpoint.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { freePort } from "../../support/ports.ts";
import { certPem, HOST, keyPem } from "./kit.ts";

const servers: Server[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** What answers at one of the addresses: a status in clear text (and where it sends on to), and one over HTTPS; null: shut. */
interface Door {
  readonly clear: readonly [status: number, location?: string] | null;
  readonly secure?: number | null;
}
const REDIRECT: Door = { clear: [301, `https://${HOST}/`] };
const OPEN: Door = { clear: [200] };
const SHUT: Door = { clear: null };

const answering =
  (status: number, location?: string): RequestListener =>
  (_, response) =>
    void response.writeHead(status, location === undefined ? {} : { location }).end();

async function listen(server: Server, port: number, host: string): Promise<void> {
  servers.push(server);
  server.listen(port, host);
  await once(server, "listening");
}

/** Reads a name that has these doors, one at each of its addresses 127.0.0.2 and following. */
async function scan(doors: readonly Door[]) {
  const [port, httpPort] = [await freePort(), await freePort()];
  const addresses = doors.map((_, at): LookupAddress => ({
    address: `127.0.0.${at + 2}`,
    family: 4,
  }));
  for (const [at, { clear, secure = 200 }] of doors.entries()) {
    const { address = "" } = addresses[at] ?? {};
    if (clear !== null) await listen(createHttp(answering(...clear)), httpPort, address);
    if (secure === null) continue;
    await listen(createHttps({ cert: certPem, key: keyPem }, answering(secure)), port, address);
  }
  // Both ways to ask the system for addresses give all of them.
  const lookup = (_name: string, _options: object, done: (...given: unknown[]) => void) =>
    done(null, addresses);
  vi.spyOn(dns, "lookup").mockImplementation(lookup as never);
  vi.spyOn(dns.promises, "lookup").mockResolvedValue(addresses as never);
  syncBuiltinESMExports();
  const target = targetSchema.parse({
    id: "web",
    provider: "endpoint",
    url: `https://${HOST}`,
    connect: { host: HOST, port, httpPort },
    limits: { callTimeout: "PT6S" },
  });
  const gathered = await testScan(target).gather(probe, ["http"]);
  const http = facetOf(gathered, `${HOST}:443`, "http");
  const [seen] = gathered.observations;
  if (http === undefined || seen === undefined || httpsOnly.judges !== "subject")
    return { gathered };
  const { outcome, message } = httpsOnly.evaluate({
    expect: expectationOf(httpsOnly).parse({}),
    subject: seen.subject,
    labels: [],
    facets: { http },
    observedAt: {},
    now: new Date("2026-06-01T00:00:00Z"),
  });
  return { gathered, http, outcome, message };
}

// Elsewhere loopback has one address.
describe.skipIf(process.platform !== "linux")(
  "every address of a name is asked in clear text",
  () => {
    test.each<[string, readonly Door[], string, string, RegExp]>([
      [
        "all redirect",
        [REDIRECT, REDIRECT],
        "redirects-to-https",
        "pass",
        /redirects to HTTPS at each of its 2 addresses/,
      ],
      [
        "all are shut",
        [SHUT, SHUT],
        "refused",
        "pass",
        /refuses clear text at each of its 2 addresses/,
      ],
      [
        "each is good in its own way",
        [SHUT, REDIRECT],
        "redirects-to-https",
        "pass",
        /redirects to HTTPS at 127\.0\.0\.3; but 127\.0\.0\.2 refuses it/,
      ],
      [
        "the second is open",
        [REDIRECT, OPEN],
        "serves",
        "fail",
        /serves in clear text \(status 200\) at 127\.0\.0\.3; but 127\.0\.0\.2 redirects to HTTPS/,
      ],
      [
        "the first is open",
        [OPEN, SHUT],
        "serves",
        "fail",
        /at 127\.0\.0\.2; but 127\.0\.0\.3 refuses it/,
      ],
      [
        "the second sends on to clear text",
        [REDIRECT, { clear: [302, "http://other.example/"] }],
        "redirects-elsewhere",
        "fail",
        /redirects to clear text again \(http:\/\/other\.example\/\) at 127\.0\.0\.3/,
      ],
      [
        "the second turns clear text away",
        [REDIRECT, { clear: [403] }],
        "redirects-to-https",
        "pass",
        /but 127\.0\.0\.3 refuses it/,
      ],
      [
        "the second turns everything away",
        [REDIRECT, { clear: [403], secure: 403 }],
        "serves",
        "fail",
        /\(status 403\) at 127\.0\.0\.3/,
      ],
      [
        "the second turns clear text away, and has no HTTPS",
        [REDIRECT, { clear: [403], secure: null }],
        "unknown",
        "unknown",
        /could not tell .* at 127\.0\.0\.3/,
      ],
      [
        "the second is away as a whole",
        [REDIRECT, { clear: null, secure: null }],
        "unknown",
        "unknown",
        /could not tell .* at 127\.0\.0\.3 \(it gives no answer over HTTPS either\); but 127\.0\.0\.2 redirects to HTTPS/,
      ],
    ])("%s", async (_, doors, clearText, outcome, words) => {
      const { http, ...judged } = await scan(doors);
      expect(http?.clearText).toBe(clearText);
      expect(http?.addresses?.map(({ address }) => address)).toEqual(
        doors.map((_door, at) => `127.0.0.${at + 2}`),
      );
      expect(judged.outcome).toBe(outcome);
      expect(judged.message).toMatch(words);
    });

    test("sixteen of them at most, and the others are not known", async () => {
      const { http, outcome, message } = await scan(Array.from({ length: 18 }, () => REDIRECT));
      expect(http?.clearText).toBe("unknown");
      expect(http?.addresses?.filter(({ clearText }) => clearText === "unknown")).toEqual(
        ["127.0.0.18", "127.0.0.19"].map((address) => ({
          address,
          clearText: "unknown",
          status: null,
          why: "not asked, as the name has more than 16 addresses",
        })),
      );
      expect(outcome).toBe("unknown");
      expect(message).toContain("more than 16 addresses");
    });

    test("nothing is said where no address answers at all", async () => {
      const away: Door = { clear: null, secure: null };
      const { gathered } = await scan([away, away]);
      expect(gathered.observations).toEqual([]);
      expect(gathered.problems).toMatchObject([{ facets: ["http"], reason: "unreachable" }]);
    });
  },
);
