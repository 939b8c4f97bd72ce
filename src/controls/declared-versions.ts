import type { AttentionNote } from "#model/control.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";

/** TLS versions as a statement declares them. */
export interface DeclaredVersions {
  readonly allowed: readonly TlsVersion[];
  readonly required: readonly TlsVersion[];
  readonly tolerated?:
    | { readonly versions: readonly TlsVersion[]; readonly review: string }
    | undefined;
}

/** Whether accepting a version keeps to the declaration; one newer than all declared ones is stricter, and does. */
export function mayBeAccepted(expect: DeclaredVersions, version: TlsVersion): boolean {
  return (
    expect.allowed.includes(version) ||
    (expect.tolerated?.versions.includes(version) ?? false) ||
    expect.allowed.every((allowed) => compareTlsVersions(version, allowed) > 0)
  );
}

/** The versions that are accepted only because the statement tolerates them by name. */
export function exceptionsAmong(
  expect: DeclaredVersions,
  accepted: readonly TlsVersion[],
): readonly TlsVersion[] {
  const tolerated = expect.tolerated?.versions ?? [];
  return accepted.filter(
    (version) => tolerated.includes(version) && !expect.allowed.includes(version),
  );
}

/** Keeps the review of a declared exception in sight where it is made use of. */
export function reviewNotes(
  expect: DeclaredVersions,
  exceptions: readonly TlsVersion[],
  now: Date,
): readonly AttentionNote[] {
  const due = expect.tolerated?.review;
  if (due === undefined || exceptions.length === 0) return [];
  const verb = new Date(due) <= now ? "was" : "is";
  const message = `the declared exception for ${exceptions.join(", ")} ${verb} due for review on ${due}`;
  return [{ kind: "exception-review", due, message }];
}

/** The declaration in words. */
export function renderDeclared({ allowed, required }: DeclaredVersions): string {
  const also = required.length > 0 ? `, ${required.join(", ")} required` : "";
  return `${allowed.join(", ")} only${also}`;
}
