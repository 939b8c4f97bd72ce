/** An answer that was refused before the SDK saw it. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
  readonly reason: "too-large" | "malformed";
  constructor(reason: "too-large" | "malformed", message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * The root elements that an answer may have; none where it is no XML. The SDK reads any other XML, a proxy's login
 * page too, as an empty answer, and an empty answer means something: a bucket that was never versioned, an access list
 * without grants. (Emulators name some roots after the operation.)
 */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  ListBucketsCommand: ["ListAllMyBucketsResult"],
  ListObjectsV2Command: ["ListBucketResult"],
  GetBucketLocationCommand: ["LocationConstraint"],
  GetBucketTaggingCommand: ["Tagging"],
  GetBucketPolicyCommand: [],
  GetBucketEncryptionCommand: ["ServerSideEncryptionConfiguration"],
  GetBucketVersioningCommand: ["VersioningConfiguration", "GetBucketVersioningResponse"],
  GetBucketReplicationCommand: ["ReplicationConfiguration"],
  GetBucketLifecycleConfigurationCommand: ["LifecycleConfiguration"],
  GetBucketAclCommand: ["AccessControlPolicy"],
  GetBucketOwnershipControlsCommand: ["OwnershipControls"],
  GetObjectLockConfigurationCommand: ["ObjectLockConfiguration"],
  GetPublicAccessBlockCommand: ["PublicAccessBlockConfiguration"],
  ListDistributionsCommand: ["DistributionList"],
  GetDistributionConfigCommand: ["DistributionConfig"],
};

/** Services whose answers are named after the operation. The others speak JSON, which the SDK itself refuses to misread. */
const NAMED_AFTER_OPERATION: ReadonlySet<string> = new Set([
  "AutoScalingClient",
  "EC2Client",
  "ElasticLoadBalancingClient",
  "ElasticLoadBalancingV2Client",
  "IAMClient",
  "RDSClient",
  "STSClient",
]);

/** Further root elements by command, of a vendor that names some of its documents otherwise than AWS does. */
export type OtherRoots = Readonly<Record<string, readonly string[]>>;

/** The root elements of an answer; undefined where it is no XML. */
function rootsOf(client = "", command = "", others: OtherRoots): readonly string[] | undefined {
  if (NAMED_AFTER_OPERATION.has(client)) return [command.replace(/Command$/, "Response")];
  const roots = ROOTS[command];
  return roots === undefined ? undefined : [...roots, ...(others[command] ?? [])];
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: unknown;
}

/**
 * SDK middleware for the step `deserialize` that takes an answer in whole, up to `limit` bytes, and refuses one
 * that is not the document which was asked for, nor an error of AWS. It throws AnswerError, which the SDK does not retry.
 */
export function answerGuard(limit: number, others: OtherRoots = {}) {
  return <Args extends { readonly request: unknown }, Result extends { response: unknown }>(
    next: (args: Args) => Promise<Result>,
    context: { readonly clientName?: string; readonly commandName?: string },
  ) =>
    async (args: Args): Promise<Result> => {
      const result = await next(args);
      const answer = result.response;
      if (!isHttpAnswer(answer)) return result;
      const bytes = withoutToken(await collect(answer, limit), args.request);
      const roots = rootsOf(context.clientName, context.commandName, others);
      if (roots !== undefined) refuseOther(answer.statusCode, bytes, roots);
      answer.body = bytes;
      return result;
    };
}

/** The session token is the one secret that is sent as it is; a server that repeats it must not get it kept. */
function withoutToken(bytes: Uint8Array, request: unknown): Uint8Array {
  const headers: unknown = Reflect.get(Object(request), "headers");
  const token: unknown = Reflect.get(Object(headers), "x-amz-security-token");
  if (typeof token !== "string" || token.length < 6) return bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes(token)) return bytes;
  return Buffer.from(buffer.toString("latin1").replaceAll(token, "[redacted]"), "latin1");
}

async function collect(answer: HttpAnswer, limit: number): Promise<Uint8Array> {
  const { body } = answer;
  if (body instanceof Uint8Array) return body;
  if (!isByteStream(body)) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = Number(answer.headers["content-length"] ?? 0) > limit ? Infinity : 0;
  if (size <= limit) {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  }
  if (size > limit) {
    body.destroy();
    throw new AnswerError("too-large", `the answer is larger than ${limit} bytes`);
  }
  return Buffer.concat(chunks);
}

function refuseOther(status: number, bytes: Uint8Array, roots: readonly string[]): void {
  const text = Buffer.from(bytes).toString("utf8").trim();
  if (status >= 200 && status < 300) {
    // An error under status 200 is S3's own habit, and known to the SDK.
    if (roots.length === 0 || [...roots, "Error"].some((root) => isDocument(text, root))) return;
    throw new AnswerError("malformed", `the answer is no ${roots[0]} document`);
  }
  // What a failing server or a proxy before it says is left to the SDK, which tries again.
  if (status >= 500 || status === 429 || text === "") return;
  if (["Error", "ErrorResponse", "Response"].some((root) => isDocument(text, root))) return;
  throw new AnswerError(
    "malformed",
    `HTTP ${status} with a page that is no AWS error: a proxy or another service may answer there`,
  );
}

/** Whether the text is one whole XML element of that name. */
function isDocument(text: string, root: string): boolean {
  const start = /^\uFEFF?(?:<\?xml[^>]{0,200}\?>\s*)?<([A-Za-z][\w.-]*)/.exec(text)?.[1];
  return start === root && (text.endsWith(`</${root}>`) || isOneTag(afterProlog(text)));
}

/** Whether the text is an element without content: `<Tagging/>`. (No pattern: the text may be hostile and long.) */
function isOneTag(text: string): boolean {
  return text.endsWith("/>") && text.indexOf(">") === text.length - 1;
}

function afterProlog(text: string): string {
  return text.startsWith("<?") ? text.slice(text.indexOf("?>") + 2).trim() : text;
}

function isHttpAnswer(value: unknown): value is HttpAnswer {
  return typeof value === "object" && value !== null && "statusCode" in value && "body" in value;
}

function isByteStream(
  value: unknown,
): value is AsyncIterable<Uint8Array> & { destroy: () => void } {
  return (
    typeof value === "object" &&
    value !== null &&
    Symbol.asyncIterator in value &&
    "destroy" in value &&
    typeof value.destroy === "function"
  );
}
