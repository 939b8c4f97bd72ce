/** Judges 10,000 observations by 40 claims; prints evaluations per second and peak memory as JSON. */
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Observation } from "#model/evidence.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";

const SUBJECTS = 10_000;
const CLAIMS = 40;

const subjects = Array.from({ length: SUBJECTS }, (_, index) =>
  bucket(`bucket-${index}`, { tags: { environment: index % 3 === 0 ? "test" : "production" } }),
);
const observations: Observation[] = [
  inventory(subjects),
  ...subjects.map((subject, index) =>
    observe(subject, "encryption", {
      enabled: true,
      algorithm: index % 100 === 0 ? "AES-128" : "AES-256",
      algorithmSource: "setting",
      algorithmReference: null,
      keyManagement: "provider",
      caveat: null,
    }),
  ),
];
const claims = Array.from({ length: CLAIMS }, () => ({
  checks: [
    {
      control: "encryption-at-rest",
      expect: { algorithms: ["AES-256"] },
      scope: { providers: ["aws" as const], kinds: ["AWS::S3::*"], labels: ["production"] },
    },
  ],
}));
const input = {
  policies: [policy(claims)],
  estate: estate(),
  attestations: [],
  waivers: [],
  evidence: evidence(observations),
  controls,
  readable: () => true,
  now: NOW,
  tool: { name: "probity", version: "bench" },
};

const seconds: number[] = [];
for (let run = 0; run < 3; run += 1) {
  const start = performance.now();
  const { summary } = evaluate(input);
  seconds.push((performance.now() - start) / 1000);
  const { pass, fail, unknown } = summary.evaluations;
  if (pass + fail + unknown !== SUBJECTS * CLAIMS) throw new Error(JSON.stringify(summary));
}
const best = Math.min(...seconds);
process.stdout.write(
  JSON.stringify({
    perSecond: (SUBJECTS * CLAIMS) / best,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
