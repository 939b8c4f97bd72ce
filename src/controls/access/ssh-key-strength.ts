import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import type { SshKey } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    minimumRsaBits: z
      .int()
      .min(512)
      .describe("Size that RSA keys have at least, in bits of the modulus."),
    alsoAllowed: z
      .array(z.enum(["ed25519", "ed448", "ecdsa"]))
      .default(["ed25519", "ed448", "ecdsa"])
      .describe(
        "Algorithms on elliptic curves that may be used beside RSA. Their keys are smaller and stronger, so minimumRsaBits is not held against them.",
      ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "ssh-key-strength",
  title: "Strength of SSH keys",
  rationale:
    "Who can factor a short RSA key signs in as its owner. Keys of 1,024 bits and DSA are within reach of those who can pay.",
  severity: "high",
  judges: "subject",
  needs: ["sshKeys"],
  expectation,
  baseline: { minimumRsaBits: 2048, alsoAllowed: ["ed25519", "ed448", "ecdsa"] },
  evaluate: ({ expect, facets }) => {
    const keys = facets.sshKeys?.keys ?? [];
    if (keys.length === 0) return notApplicable("has no SSH key");
    const judged = keys.map((key) => ({ words: keyInWords(key), verdict: judge(expect, key) }));
    const saying = (wanted: "weak" | "unknown") =>
      judged.flatMap(({ words, verdict }) => (verdict === wanted ? [words] : []));
    const [weak, unknown] = [saying("weak"), saying("unknown")];
    return settle({
      failures: weak.length > 0 ? [`too weak: ${listed(weak)}`] : [],
      open: unknown.length > 0 ? [`how strong it is is not known: ${listed(unknown)}`] : [],
      held: listed(judged.map(({ words }) => words)),
      declared: [`RSA of ${expect.minimumRsaBits} bits at least`, ...expect.alsoAllowed].join(", "),
      actual: { keys: keys.map(({ name, algorithm, bits }) => ({ name, algorithm, bits })) },
    });
  },
  remediation:
    "Make a new key (`ssh-keygen -t ed25519`, or `-t rsa -b 3072`), put its public half in place of the old one on every machine, and delete the old pair.\nA host key: make another (`ssh-keygen -A` makes those that are missing), take the HostKey line of the old one out of sshd_config, and publish the new fingerprint.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc9142",
    "https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-57pt1r5.pdf",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html",
  ],
});

/** Smallest curves that count as such: beneath them a curve is no stronger than RSA of 2,048 bits. */
const LEAST_CURVE_BITS = 224;

function judge(expect: Expectation, { algorithm, bits }: SshKey): "strong" | "weak" | "unknown" {
  if (algorithm === "rsa") {
    if (bits === null) return "unknown";
    return bits >= expect.minimumRsaBits ? "strong" : "weak";
  }
  // OpenSSH makes DSA keys of 1,024 bits only, and has dropped them.
  if (algorithm === "dsa") return "weak";
  if (algorithm === "ed25519" || algorithm === "ed448" || algorithm === "ecdsa") {
    if (!expect.alsoAllowed.includes(algorithm)) return "weak";
    if (algorithm !== "ecdsa") return "strong";
    if (bits === null) return "unknown";
    return bits >= LEAST_CURVE_BITS ? "strong" : "weak";
  }
  return "unknown";
}

function keyInWords({ name, algorithm, bits }: SshKey): string {
  const size = bits === null ? "of unknown size" : `${bits} bits`;
  const what = algorithm === null ? "of unknown algorithm" : `${plain(algorithm, 40)}, ${size}`;
  return `${plain(name, 50)} (${what})`;
}
