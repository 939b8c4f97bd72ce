import type { Transport } from "#model/facets.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import {
  coverAll,
  coversAllActions,
  nameOf,
  parsePolicy,
  type Condition,
  type Statement,
} from "./policy-document.ts";

/** AWS endpoints refuse TLS 1.0 and 1.1, whatever a bucket says. */
const PLATFORM_FLOOR = {
  version: "TLSv1.2",
  reference: "https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/",
} as const;

const NUMBERED: readonly (readonly [TlsVersion, number])[] = [
  ["TLSv1.0", 1],
  ["TLSv1.1", 1.1],
  ["TLSv1.2", 1.2],
  ["TLSv1.3", 1.3],
];

/**
 * What a bucket's policy says of encryption in transit. S3 answers plain HTTP too, unless a statement denies every
 * action to everyone, on the bucket and all its objects, on the one condition that `aws:SecureTransport` is false:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
 * @param policy the policy document; null where the bucket has none
 * @throws when it is no policy document
 */
export function toTransport(policy: string | null, bucketArn: string): Transport {
  const statements = policy === null ? [] : parsePolicy(policy);
  const denials = (fits: (condition: Condition) => boolean) =>
    statements.filter((statement) => deniesEveryone(statement) && onlyIf(statement, fits));
  const covered = (found: readonly Statement[]) => coversBucket(found, bucketArn);

  const plain = denials(isPlainHttp);
  const secureOnly = covered(plain);
  const floors = denials((condition) => tlsFloor(condition) !== null);
  const set = covered(floors) ? lowest(floors) : null;
  const beyondPlatform = set !== null && compareTlsVersions(set, PLATFORM_FLOOR.version) > 0;

  return {
    secureOnly,
    minimumTls: beyondPlatform ? set : PLATFORM_FLOOR.version,
    minimumTlsIsDefault: !beyondPlatform,
    platformFloor: PLATFORM_FLOOR,
    detail: describe(policy, statements, plain, secureOnly),
  };
}

function deniesEveryone(statement: Statement): boolean {
  return statement.effect === "Deny" && statement.who === "everyone" && coversAllActions(statement);
}

/** Whether the statement holds on this one condition: a second one would leave requests that it does not deny. */
function onlyIf({ conditions }: Statement, fits: (condition: Condition) => boolean): boolean {
  const [only, second] = conditions;
  return only !== undefined && second === undefined && only.qualifier === null && fits(only);
}

function isPlainHttp({ operator, key, values }: Condition): boolean {
  return (
    operator === "bool" &&
    key === "aws:securetransport" &&
    values.length > 0 &&
    values.every((value) => value.toLowerCase() === "false")
  );
}

/** The oldest version that a denial by `s3:TlsVersion` lets through; null where the condition is another. */
function tlsFloor({ operator, key, values }: Condition): TlsVersion | null {
  const limit = Number(values[0]);
  if (key !== "s3:tlsversion" || values.length !== 1 || !Number.isFinite(limit)) return null;
  if (operator === "numericlessthan") {
    return NUMBERED.find(([, number]) => number >= limit)?.[0] ?? "TLSv1.3";
  }
  if (operator === "numericlessthanequals") {
    return NUMBERED.find(([, number]) => number > limit)?.[0] ?? "TLSv1.3";
  }
  return null;
}

/** The lowest of several: where they share the work (bucket here, objects there), only that holds everywhere. */
function lowest(floors: readonly Statement[]): TlsVersion | null {
  return floors
    .flatMap(({ conditions }) => conditions.map(tlsFloor))
    .filter((version) => version !== null)
    .reduce<TlsVersion | null>(
      (a, b) => (a === null || compareTlsVersions(b, a) < 0 ? b : a),
      null,
    );
}

function coversBucket(statements: readonly Statement[], bucketArn: string): boolean {
  const resources = statements.flatMap((statement) => statement.resources ?? []);
  return coverAll(resources, [bucketArn, `${bucketArn}/*`]);
}

function describe(
  policy: string | null,
  statements: readonly Statement[],
  plain: readonly Statement[],
  secureOnly: boolean,
): string {
  if (policy === null) return "no bucket policy, so S3 also answers over plain HTTP";
  if (secureOnly) {
    const names = plain.map((statement) => nameOf(statement, statements)).join(", ");
    return `the bucket policy denies aws:SecureTransport=false (${names})`;
  }
  if (plain.length > 0) {
    return "the bucket policy denies aws:SecureTransport=false, but not for both the bucket and all its objects";
  }
  return statements.some((statement) => statement.conditions.some(isPlainHttp))
    ? "a statement on aws:SecureTransport is there, but does not deny every action to everyone on that condition alone"
    : "the bucket policy does not deny aws:SecureTransport=false, so S3 also answers over plain HTTP";
}
