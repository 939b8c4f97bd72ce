import { describe, expect, test } from "vitest";
import type { AddressScan } from "#probes/tls/enumerate.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { locate } from "#probes/tls/locate.ts";
import { mergeScans } from "#probes/tls/merge.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { WireStatus } from "#model/tls-facets.ts";

const SUITE = { version: "TLSv1.2", code: "0xC02F", name: "TLS_X" } as const;

function scanOf(address: string, statuses: Partial<Record<TlsVersion, WireStatus>>): AddressScan {
  const versions = (["TLSv1.0", "TLSv1.2", "TLSv1.3"] as const).map((version) => {
    const status = statuses[version] ?? "rejected";
    return { version, status, why: status === "accepted" ? null : `${address} says so` };
  });
  return {
    address,
    protocols: { versions },
    cipherSuites: { suites: [SUITE], preferences: [], unfinished: [] },
    keyExchange: {
      groups: [],
      primes: [],
      signatureAlgorithms: [],
      anySignatureAlgorithm: [],
      unfinished: [],
    },
    certificate: { hostname: "a.example", presented: [], withoutName: null, unfinished: [] },
    certificateProblem: null,
    tlsBehaviour: null,
    tlsAttacks: null,
    tlsService: {
      addresses: [],
      alpn: [],
      sni: "not-needed",
      clientCertificate: "not-requested",
      tolerance: [],
      startTls: null,
      connections: 10,
    },
    connections: 10,
  };
}

const seen = (address: string, statuses: Partial<Record<TlsVersion, WireStatus>>) => ({
  host: address,
  scan: scanOf(address, statuses),
});
const modern = { "TLSv1.2": "accepted", "TLSv1.3": "accepted" } as const;
const statuses = (scan: AddressScan) => scan.protocols.versions.map(({ status }) => status);

describe("several addresses of one name", () => {
  test("that answer alike are one", () => {
    const merged = mergeScans([seen("192.0.2.1", modern), seen("192.0.2.2", modern)], []);
    expect(statuses(merged)).toEqual(["rejected", "accepted", "accepted"]);
    expect(merged.cipherSuites?.suites).toEqual([SUITE]);
    expect([merged.connections, merged.tlsService?.connections]).toEqual([20, 20]);
    expect(merged.tlsService?.addresses.map(({ status }) => status)).toEqual([
      "answers",
      "answers",
    ]);
  });

  test("what one of them accepts is accepted, and the difference is told", () => {
    const old = { ...modern, "TLSv1.0": "accepted" } as const;
    const merged = mergeScans([seen("192.0.2.1", modern), seen("192.0.2.2", old)], []);
    expect(statuses(merged)).toEqual(["accepted", "accepted", "accepted"]);
    expect(merged.tlsService?.addresses[1]).toEqual({
      address: "192.0.2.2",
      status: "differs",
      why: "other protocol versions",
    });
  });

  test("a doubt about one of them is a doubt", () => {
    const doubtful = { ...modern, "TLSv1.0": "unknown" } as const;
    for (const order of [
      [modern, doubtful],
      [doubtful, modern],
    ]) {
      const merged = mergeScans(
        order.map((one, index) => seen(`192.0.2.${index}`, one)),
        [],
      );
      expect(statuses(merged)[0]).toBe("unknown");
    }
  });

  test("one that cannot be asked may accept what the others reject, and have more", () => {
    const error = new TlsScanError(
      "unreachable",
      "cannot be reached: ECONNREFUSED",
      "ECONNREFUSED",
    );
    const merged = mergeScans([seen("192.0.2.1", modern), { host: "2001:db8::1", error }], []);
    expect(statuses(merged)).toEqual(["unknown", "accepted", "accepted"]);
    expect(merged.protocols.versions[0]?.why).toContain("2001:db8::1 could not be asked");
    const accepted = ["TLSv1.2", "TLSv1.3"];
    expect(merged.cipherSuites?.unfinished.map(({ version }) => version)).toEqual(accepted);
    expect(merged.keyExchange?.unfinished.map(({ version }) => version)).toEqual(accepted);
    expect(merged.certificate?.unfinished.join()).toContain("2001:db8::1");
    expect(merged.tlsService?.addresses.map(({ status }) => status)).toEqual(["answers", "failed"]);
  });

  test("where none can be asked, it is the first's failure", () => {
    const failure = (text: string) => new TlsScanError("timeout", text);
    expect(() =>
      mergeScans(
        [
          { host: "192.0.2.1", error: failure("one") },
          { host: "192.0.2.2", error: failure("two") },
        ],
        [],
      ),
    ).toThrow("one");
  });

  test("those beyond the most that are asked are named", () => {
    const merged = mergeScans([seen("192.0.2.1", modern)], ["192.0.2.9"]);
    expect(merged.tlsService?.addresses[1]).toMatchObject({ status: "not-asked" });
    // Nothing was seen of them, so that they may accept what the others reject.
    expect(statuses(merged)).toEqual(["unknown", "accepted", "accepted"]);
  });
});

test("those that this machine cannot reach are named, and open no hole", () => {
  const merged = mergeScans([seen("192.0.2.1", modern)], [], ["2001:db8::1"]);
  expect(merged.tlsService?.addresses[1]).toMatchObject({
    address: "2001:db8::1",
    status: "not-asked",
    why: expect.stringContaining("no IPv6"),
  });
  expect(statuses(merged)).toEqual(["rejected", "accepted", "accepted"]);
});

test("an address is its own, and a name has those that a client would use, each once", async () => {
  const { signal } = new AbortController();
  expect(await locate("192.0.2.1", signal)).toEqual({ usable: ["192.0.2.1"], beyond: [] });
  expect(await locate("2001:db8::1", signal)).toEqual({ usable: ["2001:db8::1"], beyond: [] });
  const { usable: local } = await locate("localhost", signal);
  expect(local.length).toBeGreaterThan(0);
  expect(new Set(local).size).toBe(local.length);
  await expect(locate("does-not-exist.invalid", signal)).rejects.toThrow();
});
