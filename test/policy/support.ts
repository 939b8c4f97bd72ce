import { createHash } from "node:crypto";
import tlsProtocolVersions from "#controls/transport/tls-protocol-versions.ts";
import type { Control } from "#model/control.ts";
import { z } from "#model/schema.ts";
import type { Expectations } from "#policy/policy.ts";

/** Two controls: a real one, and one that expects little. */
export const controls: Expectations = new Map<string, Pick<Control, "expectation">>([
  ["tls-protocol-versions", tlsProtocolVersions],
  [
    "encryption-at-rest",
    {
      expectation: () => z.strictObject({ algorithm: z.enum(["any", "aes-256"]).default("any") }),
    },
  ],
]);

export const statement = [
  "Security of Example",
  "",
  "Data is encrypted in transit using TLS 1.2",
  "and 1.3.  It is encrypted at rest, with\u{a0}AES-256.",
  "Backups are made daily. Staff is trained once a year.",
  "",
].join("\n");

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A valid policy of two claims for that statement; `statement.txt` lies beside it. */
export const policy = `version: 1
id: example
company: Example
statement:
  title: Security of Example
  source: https://www.example.com/security
  read: 2026-11-22
  language: en
  file: statement.txt
  sha256: ${sha256(statement)}
claims:
  - id: ex-tls
    quote: Data is encrypted in transit using TLS 1.2 and 1.3. […] with AES-256.
    section: Encryption
    severity: high
    checks:
      - control: tls-protocol-versions
        expect: { allowed: [TLSv1.2, TLSv1.3] }
        basis: quoted
      - control: encryption-at-rest
        basis: { standard: FIPS 197 }
      - pending: tls-key-exchange
        expect: { anything: [1, { deep: null }] }
        scope: { providers: [endpoint], exclude: [{ labels: [third-party] }] }
        atLeast: 2
        basis: { interpreted: { who: Me, when: 2026-11-22, why: vague } }
  - id: ex-training
    quote: Staff is trained once a year.
    section: People
    severity: low
    attest:
      - covers: training of staff
        maxAge: P1Y
    mappings: { iso27001: [A.6.3] }
`;
