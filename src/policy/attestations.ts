import { dirname, resolve } from "node:path";
import { check, duplicateIds, mappingsOf, settle } from "#configuration/check.ts";
import { type Loaded, readDocument } from "#configuration/document.ts";
import { fileSha256 } from "#configuration/files.ts";
import { secretFindings } from "#configuration/secrets.ts";
import { type Attestation, attestationsSchema } from "#model/exceptions.ts";
import { periodFindings } from "./period.ts";

/**
 * Reads attestations, and hashes the evidence files that they name (relative to the file itself, at most 100 MiB
 * each). An evidence file that cannot be read is no error here: `actualSha256` is null, and the attestation will
 * count for nothing.
 * @throws ConfigurationError with everything that is wrong, at its line and column.
 */
export function readAttestations(file: string): Loaded<readonly Attestation[]> {
  const document = readDocument(file);
  const entries = mappingsOf(document.value, "attestations");
  const { value, ...source } = settle(document, check(attestationsSchema, document.value), [
    ...secretFindings(document.value),
    ...duplicateIds(document, entries),
    ...periodFindings(entries),
  ]);
  const folder = dirname(file);
  const attestations = value.attestations.map((attestation): Attestation =>
    Object.assign({}, attestation, { actualSha256: evidenceSha256(attestation, folder) }),
  );
  return { ...source, value: attestations };
}

function evidenceSha256(
  { evidence }: Pick<Attestation, "evidence">,
  folder: string,
): string | null {
  return evidence.file === undefined ? null : fileSha256(resolve(folder, evidence.file));
}
