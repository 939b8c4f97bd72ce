import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import sshKeyStrength from "#controls/access/ssh-key-strength.ts";
import accessRestriction from "#controls/exposure/access-restriction.ts";
import internetExposure from "#controls/exposure/internet-exposure.ts";
import privateInterconnect from "#controls/transport/private-interconnect.ts";
import type { Control, Judgement, Reading } from "#model/control.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Facets } from "#model/facets.ts";
import type { Ingress, IngressRule, Link, SshKeys } from "#model/security-facets.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const flag = fc.constantFrom(true, false, null);
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom("", "a\r\nb", "\u202Eevil", "__proto__", "x".repeat(5000)),
);
const range = fc.constantFrom(
  "0.0.0.0/0",
  "0.0.0.0/1",
  "128.0.0.0/1",
  "::/0",
  "192.0.2.0/24",
  "192.0.2.7/32",
  "10.0.0.0/8",
);
const rule: fc.Arbitrary<IngressRule> = fc
  .record({
    protocol: fc.constantFrom("tcp", "udp", "all", "icmp"),
    span: fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 65_000 })),
    whole: fc.boolean(),
    ranges: fc.array(range, { maxLength: 3 }),
    others: fc.array(hostile, { maxLength: 1 }),
    rule: hostile,
  })
  .map(({ span: [first, more], whole, ...rest }) => ({
    ...rest,
    ports: whole ? null : [first, first + more],
  }));
const ingress: fc.Arbitrary<Ingress> = fc
  .record({
    allowed: fc.array(rule, { maxLength: 4 }),
    reachable: flag,
    detail: hostile,
    firewall: flag,
    idle: fc.boolean(),
  })
  .map((value) => ({ ...value, idle: value.reachable === false && value.idle }));
const keys: fc.Arbitrary<SshKeys> = fc.record({
  keys: fc.array(
    fc.record({
      name: hostile,
      algorithm: fc.oneof(fc.constantFrom("rsa", "dsa", "ecdsa", "ed25519", null), hostile),
      bits: fc.constantFrom(160, 256, 1024, 2048, 4096, null),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const link: fc.Arbitrary<Link> = fc.record({
  kind: fc.constantFrom("vpn", "dedicated", "private-network"),
  encrypted: flag,
  tunnels: fc.array(fc.record({ name: hostile, up: flag, since: fc.constant(null) }), {
    maxLength: 3,
  }),
  peer: fc.option(hostile),
});

/** Every way in which a piece of what a firewall lets in may not have been read. */
function weakerIngress(value: Ingress): readonly Ingress[] {
  const unread = value.allowed.flatMap((one, at) =>
    one.ranges.map((text, index) => ({
      ...value,
      allowed: value.allowed.with(at, {
        ...one,
        ranges: one.ranges.toSpliced(index, 1),
        unresolved: [`list with ${text}`],
      }),
    })),
  );
  return [...unread, { ...value, reachable: null, idle: false }, { ...value, firewall: null }];
}

const reading = (facets: Partial<Facets>, declared: readonly string[] = []): Reading => ({
  subject: {
    target: "target",
    provider: "aws",
    kind: "some-kind",
    id: "one",
    name: "one",
    region: null,
    tags: {},
  },
  labels: [],
  facets,
  observedAt: {},
  declaredRanges: declared.map((text) => ({ name: "office", ranges: [text], certain: true })),
});
function judge(
  control: Control,
  written: Record<string, unknown>,
  readings: readonly Reading[],
  complete = true,
): Judgement {
  const expected: unknown = expectationOf(control).parse(written);
  const [first] = readings;
  const judgement =
    control.judges === "scope"
      ? control.evaluate({ expect: expected, readings, complete, now: NOW })[0]
      : first && control.evaluate({ expect: expected, ...first, now: NOW });
  if (judgement === undefined) throw new Error("nothing was judged");
  expect(judgement.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  expect(judgement.message.length).toBeLessThan(20_000);
  return judgement;
}
function expectNoBetter(before: Judgement, after: Judgement): void {
  expect([before.outcome, "unknown"], `${before.message}\n  became: ${after.message}`).toContain(
    after.outcome,
  );
}

const EXPOSURE = fc.record({
  managementPorts: fc.constantFrom("closed", "any"),
  databasePorts: fc.constantFrom("closed", "any"),
  onlyPorts: fc.subarray([22, 80, 443]),
  defaultInbound: fc.constantFrom("deny", "any"),
  firewall: fc.constantFrom("required", "any"),
});
const RESTRICTION = fc.record({
  rules: fc.constant("declared-ranges-only"),
  ports: fc.constantFrom("administration", "all"),
});

describe("controls of networks never fail or pass for want of evidence", () => {
  it("internet-exposure", () => {
    fc.assert(
      fc.property(EXPOSURE, ingress, (written, value) => {
        const before = judge(internetExposure, written, [reading({ ingress: value })]);
        for (const weaker of weakerIngress(value)) {
          const after = judge(internetExposure, written, [reading({ ingress: weaker })]);
          expectNoBetter(before, after);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("access-restriction", () => {
    fc.assert(
      fc.property(
        RESTRICTION,
        ingress,
        fc.array(range, { maxLength: 2 }),
        (written, value, own) => {
          const before = judge(accessRestriction, written, [reading({ ingress: value }, own)]);
          for (const weaker of weakerIngress(value)) {
            const after = judge(accessRestriction, written, [reading({ ingress: weaker }, own)]);
            expectNoBetter(before, after);
          }
          const unsure = reading({ ingress: value }, own);
          const declaredRanges = (unsure.declaredRanges ?? []).map((one) => ({
            ...one,
            certain: false,
          }));
          expectNoBetter(
            before,
            judge(accessRestriction, written, [{ ...unsure, declaredRanges }]),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("ssh-key-strength", () => {
    fc.assert(
      fc.property(keys, (value) => {
        const written = { minimumRsaBits: 2048 };
        const before = judge(sshKeyStrength, written, [reading({ sshKeys: value })]);
        for (const [at, key] of value.keys.entries()) {
          for (const unread of [{ algorithm: null }, { bits: null }]) {
            const list = value.keys.with(at, { ...key, ...unread });
            const after = judge(sshKeyStrength, written, [reading({ sshKeys: { keys: list } })]);
            expectNoBetter(before, after);
          }
        }
      }),
    );
  });

  it("private-interconnect", () => {
    const expectation = fc.record({
      anyOf: fc.subarray(["vpn-tunnel-up", "dedicated-link-up", "private-network-up"], {
        minLength: 1,
      }),
      minimumTunnels: fc.integer({ min: 1, max: 3 }),
      encrypted: fc.constantFrom("required", undefined),
    });
    const links = fc.array(link, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(expectation, links, (written, list) => {
        const see = (some: readonly Link[], complete = true) =>
          judge(
            privateInterconnect,
            written,
            some.map((one) => reading({ link: one })),
            complete,
          );
        const before = see(list);
        expectNoBetter(before, see(list, false));
        for (const [at, one] of list.entries()) {
          expectNoBetter(before, see(list.with(at, { ...one, encrypted: null })));
          expectNoBetter(before, see(list.toSpliced(at, 1), false));
          for (const [index, tunnel] of one.tunnels.entries()) {
            const tunnels = one.tunnels.with(index, { ...tunnel, up: null });
            expectNoBetter(before, see(list.with(at, { ...one, tunnels })));
          }
        }
      }),
    );
  });
});
