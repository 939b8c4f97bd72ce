/** Errors of Google's APIs and token endpoints; pure. */
import { fields, list, text, type Fields } from "#probes/common/json.ts";
import type { VendorError } from "#probes/rest/failures.ts";

/** The provider's name in messages. */
export const VENDOR = "Google Cloud";

const THROTTLED = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

/**
 * Reads an error of either generation: reasons in `errors`, or in an ErrorInfo among `details`
 * (https://cloud.google.com/apis/design/errors), and that of OAuth (RFC 6749, 5.2).
 */
export function errorOf(body: unknown): VendorError {
  const { error, error_description: described } = fields(body);
  if (typeof error === "string") {
    return { code: error, message: text(described) ?? "", remedy: SIGN_IN };
  }
  const said = fields(error);
  const reasons = reasonsOf(said);
  const message = text(said["message"]) ?? "";
  const code = reasons[0] ?? text(said["status"]) ?? "";
  const throttled = reasons.some((reason) => THROTTLED.has(reason));
  const remedy = remedyOf(said, reasons);
  return { code, message, throttled, ...(remedy === null ? {} : { remedy }) };
}

const SIGN_IN = "the credentials have lapsed, were revoked, or are not those of this federation";

function remedyOf(said: Fields, reasons: readonly string[]): string | null {
  if (reasons.includes("SERVICE_DISABLED") || reasons.includes("accessNotConfigured")) {
    const { service, consumer } = metadataOf(said);
    const where = consumer === null ? "" : ` in ${consumer}`;
    return `the API is not enabled${where}: \`gcloud services enable ${service ?? "<its name>"}\` turns it on, or nothing of it is known`;
  }
  if (reasons.includes("SECURITY_POLICY_VIOLATED") || reasons.includes("vpcServiceControls")) {
    return "a perimeter of VPC Service Controls keeps this identity out: let it in by an access level or an ingress rule";
  }
  return null;
}

function metadataOf(said: Fields): { service: string | null; consumer: string | null } {
  const found = details(said).map(({ metadata }) => fields(metadata));
  const first = (name: string, form: RegExp) =>
    found.map((one) => text(one[name]) ?? "").find((value) => form.test(value)) ?? null;
  return {
    service: first("service", /^[a-z0-9.-]{1,80}$/),
    consumer: first("consumer", /^projects\/[a-z0-9:.-]{1,80}$/),
  };
}

function reasonsOf(said: Fields): readonly string[] {
  const own = Array.isArray(said["errors"]) ? list(said["errors"]) : [];
  return [...details(said), ...own].flatMap(({ reason }) => text(reason) ?? []);
}

function details(said: Fields): readonly Fields[] {
  return Array.isArray(said["details"]) ? list(said["details"]) : [];
}
