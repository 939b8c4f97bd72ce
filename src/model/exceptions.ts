import { subjectSelector } from "./estate.ts";
import { date, identifier, sha256, z } from "./schema.ts";

/** `policy/claim`, or a glob over it: `pingflow/pf-*`. */
const claimPattern = z.string().regex(/^[a-z0-9.*-]+(?:\/[a-z0-9.*-]+)?$/, {
  error: "expected a claim such as pingflow/pf-roles; * stands for any run of characters",
});

const evidence = z
  .strictObject({
    file: z.string().min(1).optional(),
    url: z.url({ protocol: /^https$/ }).optional(),
    sha256,
  })
  .refine((value) => (value.file === undefined) !== (value.url === undefined), {
    error: "expected either file or url",
  });

const common = {
  id: identifier,
  claims: z.array(claimPattern).min(1),
  owner: z.string().min(1),
  reason: z.string().min(1),
  date,
  expires: date,
  evidence: evidence.optional(),
};

const attestation = z.strictObject({
  ...common,
  /** The parts of the promise (as the claim's `attest` names them) and the subjects (id globs) that it speaks for. */
  covers: z.array(z.string().min(1)).min(1),
  evidence,
});
const waiver = z.strictObject({
  ...common,
  /** The failing subjects that it excuses. */
  covers: subjectSelector,
});

export const attestationsSchema = z
  .strictObject({ version: z.literal(1), attestations: z.array(attestation) })
  .meta({ title: "Probity attestations" });
export const waiversSchema = z
  .strictObject({ version: z.literal(1), waivers: z.array(waiver) })
  .meta({ title: "Probity waivers" });

/** An attestation with the hash that its evidence file has now (null: not readable, or an address, which is not fetched). */
export type Attestation = z.output<typeof attestation> & { readonly actualSha256: string | null };
export type Waiver = z.output<typeof waiver>;
