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
 * The root element of each answer. The SDK reads any other XML, a proxy's error page too, as an empty answer,
 * and an empty answer means something: a bucket that was never versioned, an access list without grants.
 */
const ROOTS: Readonly<Record<string, string>> = {
  ListBucketsCommand: "ListAllMyBucketsResult",
  ListObjectsV2Command: "ListBucketResult",
  GetBucketLocationCommand: "LocationConstraint",
  GetBucketTaggingCommand: "Tagging",
  GetBucketEncryptionCommand: "ServerSideEncryptionConfiguration",
  GetBucketVersioningCommand: "VersioningConfiguration",
  GetBucketReplicationCommand: "ReplicationConfiguration",
  GetBucketLifecycleConfigurationCommand: "LifecycleConfiguration",
  GetBucketAclCommand: "AccessControlPolicy",
  GetBucketOwnershipControlsCommand: "OwnershipControls",
  GetPublicAccessBlockCommand: "PublicAccessBlockConfiguration",
  GetCallerIdentityCommand: "GetCallerIdentityResponse",
  AssumeRoleCommand: "AssumeRoleResponse",
};

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: unknown;
}

/**
 * SDK middleware for the step `deserialize` that takes an answer in whole, up to `limit` bytes, and refuses a
 * successful one that is not the document which was asked for. It throws AnswerError, which the SDK does not retry.
 */
export function answerGuard(limit: number) {
  return <Args, Result extends { response: unknown }>(
    next: (args: Args) => Promise<Result>,
    context: { readonly commandName?: string },
  ) =>
    async (args: Args): Promise<Result> => {
      const result = await next(args);
      const answer = result.response;
      if (!isHttpAnswer(answer)) return result;
      const bytes = await collect(answer, limit);
      const root = ROOTS[context.commandName ?? ""];
      if (answer.statusCode < 300 && root !== undefined && !isDocument(bytes, root)) {
        throw new AnswerError("malformed", `the answer is no ${root} document`);
      }
      answer.body = bytes;
      return result;
    };
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

/** Whether the text is one whole XML element of that name; an `<Error>` under status 200 is left to the SDK. */
function isDocument(bytes: Uint8Array, root: string): boolean {
  const text = Buffer.from(bytes).toString("utf8").trim();
  const start = /^\uFEFF?(?:<\?xml[^>]{0,200}\?>\s*)?<([A-Za-z][\w.-]*)/.exec(text)?.[1];
  if (start === "Error") return true;
  return (
    start === root && (text.endsWith(`</${root}>`) || /^[^>]*<[^>]*\/>$/.test(afterProlog(text)))
  );
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
