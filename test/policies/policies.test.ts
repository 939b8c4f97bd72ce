import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Check, type Claim, policySchema } from "#model/policy.ts";
import { has, sharedFolder } from "../support/requirements.ts";
import { readPromises } from "./promise-table.ts";

const folder = fileURLToPath(new URL("../../config/policies/", import.meta.url));
const policies = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => {
    const source = readFileSync(join(folder, name), "utf8");
    const policy = policySchema.parse(parse(source));
    const copy = readFileSync(join(folder, policy.statement.file));
    return { name, source, policy, copy, text: fold(copy.toString("utf8")) };
  });
const claims = policies.flatMap(({ policy }) => policy.claims);

/**
 * What the policies hold. Each control that is built moves checks from pending to live:
 * then the number of pending checks here goes down with it, and never up unseen.
 */
const totals: Record<string, ReturnType<typeof count>> = {
  pingflow: {
    claims: 30,
    live: 16,
    both: 4,
    attested: 9,
    informational: 1,
    checks: 33,
    pending: 0,
  },
  "visma-sign": {
    claims: 40,
    live: 16,
    both: 5,
    attested: 15,
    informational: 4,
    checks: 28,
    pending: 1,
  },
  "kizeo-forms": {
    claims: 51,
    live: 20,
    both: 5,
    attested: 20,
    informational: 6,
    checks: 37,
    pending: 1,
  },
};

/** The readings that someone chose, by claim: the checks with these words in `expect` must be interpreted. */
const readings: Record<string, readonly (readonly [control: string, expect: object])[]> = {
  "pf-transit-ciphers": [
    ["tls-cipher-suites", { profile: "mozilla-intermediate@6" }],
    ["tls-key-exchange", { profile: "mozilla-intermediate@6" }],
    ["tls-weaknesses", { violates: "broken" }],
  ],
  "pf-transit-https-only": [["https-only", { hsts: "required" }]],
  "pf-replica-region": [["geo-replication", { maxLag: "PT15M" }]],
  "pf-dr-tested": [["recovery-test-age", { maxAge: "P1Y" }]],
  "pf-recoverable": [["recovery-test-age", { maxAge: "P1Y" }]],
  "pf-waf": [
    ["web-application-firewall", { mode: "prevention" }],
    ["web-application-firewall", { managedRuleSet: "required" }],
  ],
  "vs-transit-tls": [
    ["tls-protocol-versions", { allowed: ["TLSv1.2", "TLSv1.3"] }],
    ["tls-cipher-suites", { profile: "mozilla-intermediate@6" }],
  ],
  "vs-app-threats": [["http-security-headers", { contentSecurityPolicy: "required" }]],
  "vs-third-parties": [["tls-protocol-versions", { allowed: ["TLSv1.2", "TLSv1.3"] }]],
  "kz-cold-backup": [["recovery-point-age", { maxAge: "P7D" }]],
};
/** An attestation's age has no basis field, so the claim's caveat says whose it is. */
const readingOfAge = "vs-patches";

describe.each(policies)("policy $name", ({ name, source, policy, copy, text }) => {
  test("names its schema for editors and is called as its file", () => {
    expect(source.split("\n")[0]).toBe(
      "# yaml-language-server: $schema=../../docs/schemas/policy.schema.json",
    );
    expect(basename(name, ".yaml")).toBe(policy.id);
  });

  test("its statement's hash is that of the stored copy", () => {
    expect(policy.statement.sha256).toBe(createHash("sha256").update(copy).digest("hex"));
  });

  test("quotes the statement exactly and in its order", () => {
    for (const { id, quote } of policy.claims) {
      let from = 0;
      for (const part of quote.split(" […] ")) {
        const at = text.indexOf(part, from);
        expect(at, `${id}, not in the statement from there on: ${part}`).toBeGreaterThanOrEqual(0);
        from = at + part.length;
      }
      expect(quote, id).toBe(fold(quote).trim());
    }
  });

  test("names headings of the statement", () => {
    const headings = copy
      .toString("utf8")
      .split("\n")
      .map((line) => line.replace(/^#+/, "").trim());
    for (const { id, section } of policy.claims) {
      for (const heading of section.split("; ")) expect(headings, id).toContain(heading);
    }
  });

  test("holds as many claims and pending checks as is written down", () => {
    const counts = count(policy.claims);
    console.log(`${policy.id}: ${JSON.stringify(counts)}`);
    expect({ [policy.id]: counts }).toEqual({ [policy.id]: totals[policy.id] });
  });
});

test("no id stands twice, and no part to attest stands twice in a claim", () => {
  expect(duplicates(claims.map(({ id }) => id))).toEqual([]);
  for (const { id, attest } of claims) {
    expect(duplicates(attest.map(({ covers }) => covers)), id).toEqual([]);
  }
});

test("a reading that someone chose says so", () => {
  for (const [id, chosen] of Object.entries(readings)) {
    for (const [control, words] of chosen) {
      const bases = find(id).checks.flatMap((check) =>
        controlOf(check) === control && matches(check.expect, words) ? [check.basis] : [],
      );
      expect(bases, `${id} ${control}`).not.toEqual([]);
      for (const basis of bases) {
        expect(basis, `${id} ${control}`).toHaveProperty("interpreted.why");
      }
    }
  }
  expect(find(readingOfAge).caveat).toContain("Probity's reading of 2026-11-22");
});

describe.skipIf(!has("shared"))("against the reference table", () => {
  const promises = has("shared") ? readPromises() : [];

  test("every promise is a claim, and no other is", () => {
    expect(promises.length).toBeGreaterThan(100);
    expect(claims.map(({ id }) => id).sort()).toEqual(promises.map(({ id }) => id).sort());
  });

  test.each(policies)(
    "the copy beside $name is the statement, byte for byte",
    ({ policy, copy }) => {
      const original = readFileSync(join(sharedFolder, "statements", policy.statement.file));
      expect(copy.equals(original)).toBe(true);
    },
  );

  test("each is known as the table says: live, attested, both or informational", () => {
    for (const { id, how } of promises) {
      const { checks, attest, informational } = find(id);
      expect(
        {
          checks: checks.length > 0,
          attest: attest.length > 0,
          informational: informational !== undefined,
        },
        id,
      ).toEqual({
        checks: how === "L" || how === "L+A",
        attest: how === "A" || how === "L+A",
        informational: how === "I",
      });
    }
  });

  test("each has the table's controls, built or pending, and no other", () => {
    for (const { id, controls } of promises) {
      const used = new Set(find(id).checks.map(controlOf));
      expect([...used].sort(), id).toEqual([...controls].sort());
    }
  });

  test("each takes attestations of the table's age", () => {
    for (const { id, maxAge } of promises) {
      for (const need of find(id).attest) expect(need.maxAge, `${id} ${need.covers}`).toBe(maxAge);
    }
  });

  test("the readings that someone chose are those of the table", () => {
    const chosen = promises.filter(({ interpreted }) => interpreted).map(({ id }) => id);
    expect([...Object.keys(readings), readingOfAge].sort()).toEqual(chosen.sort());
  });

  test("a remark on the sentence is a caveat of its claim", () => {
    const remarked = promises.filter(({ remark }) => remark).map(({ id }) => id);
    expect(remarked.length).toBeGreaterThan(4);
    expect(remarked.filter((id) => find(id).caveat === undefined)).toEqual([]);
  });
});

function count(all: readonly Claim[]) {
  const having = (checks: boolean, attest: boolean) =>
    all.filter((claim) => claim.checks.length > 0 === checks && claim.attest.length > 0 === attest);
  const checks = all.flatMap((claim) => claim.checks);
  return {
    claims: all.length,
    live: having(true, false).length,
    both: having(true, true).length,
    attested: having(false, true).length,
    informational: having(false, false).length,
    checks: checks.length,
    pending: checks.filter(({ pending }) => pending !== undefined).length,
  };
}

function find(id: string): Claim {
  const claim = claims.find((candidate) => candidate.id === id);
  if (claim === undefined) throw new Error(`no claim ${id}`);
  return claim;
}

function controlOf(check: Check): string {
  return check.control ?? check.pending ?? "";
}

function matches(expectation: Check["expect"], words: object): boolean {
  return Object.entries(words).every(
    ([field, value]) => JSON.stringify(expectation[field]) === JSON.stringify(value),
  );
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function fold(text: string): string {
  return text.replace(/\s+/g, " ");
}
