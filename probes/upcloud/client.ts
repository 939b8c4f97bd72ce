import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import { apiAddress, restClient, type RestClient } from "#probes/rest/client.ts";
import { classifyRest, refused, RestFailure, type VendorError } from "#probes/rest/failures.ts";
import { openTransport } from "#probes/rest/transport.ts";

const PUBLIC = "https://api.upcloud.com/1.3";

/**
 * What reads the API of an account. Secrets that answers carry are dropped before anything else sees them.
 * @throws RestFailure where the target's credentials, address or authority cannot be used
 */
export async function openClient(
  target: TargetOf<"upcloud">,
  context: ProbeContext,
): Promise<RestClient> {
  const base = apiAddress(target.endpoints?.["api"], PUBLIC);
  const headers = { Authorization: authorization(context) };
  const client = restClient(
    { vendor: "UpCloud", base, signIn: () => Promise.resolve(headers), errorOf },
    await openTransport(target, context),
  );
  return {
    get: async (at, signal, more) => {
      try {
        const { body, header } = await client.get(at, signal, more);
        return { body: withoutSecrets(body), header };
      } catch (error) {
        // A probe that asks S3 too may be who asks first for all, and would read it as an error of S3.
        throw error instanceof RestFailure ? error : new RestFailure(classifyRest(error));
      }
    },
  };
}

/**
 * By what the estate names, else by the variables that UpCloud's own tools read:
 * https://github.com/UpCloudLtd/upcloud-go-api#authentication
 */
function authorization(context: ProbeContext): string {
  const own = (name: string) => {
    try {
      return context.secret(name);
    } catch (error) {
      throw refused(error instanceof Error ? error.message : String(error));
    }
  };
  const declared = { token: own("token"), username: own("username"), password: own("password") };
  const given = Object.values(declared).some((value) => value !== undefined);
  const {
    UPCLOUD_TOKEN: token,
    UPCLOUD_USERNAME: username,
    UPCLOUD_PASSWORD: password,
  } = context.environment;
  const found = given ? declared : { token, username, password };
  if (found.token !== undefined && found.token !== "") {
    context.learn(found.token);
    return `Bearer ${found.token}`;
  }
  if (found.username === undefined || found.password === undefined) {
    throw refused(
      "no credentials: name a token, or username and password, in the target's credentials, or set UPCLOUD_TOKEN",
    );
  }
  const pair = Buffer.from(`${found.username}:${found.password}`).toString("base64");
  context.learn(found.password);
  context.learn(pair);
  return `Basic ${pair}`;
}

/**
 * The older parts of the API answer `{error: {error_code, error_message}}`, the newer ones with problem details
 * (RFC 9457): https://developers.upcloud.com/1.3/2-requests-and-responses/
 */
export function errorOf(body: unknown): VendorError {
  const { error, type, title } = fields(body);
  const { error_code: code, error_message: message } = fields(error);
  return {
    code: text(code) ?? text(type)?.split("#").at(-1) ?? "",
    message: text(message) ?? text(title) ?? "",
  };
}

/** Fields of answers that are or hold a secret. */
const SECRETS: ReadonlySet<string> = new Set([
  "service_uri",
  "service_uri_params",
  "password",
  "remote_access_password",
  "vnc_password",
  "psk",
  "secret_access_key",
  "kubeconfig",
  "user_data",
]);
const DEEPEST = 50;

/** The same JSON without what is secret, at whatever depth; what lies deeper than any answer does is left out. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRETS.has(name))
      .map(([name, item]) => [name, withoutSecrets(item, depth + 1)]),
  );
}
