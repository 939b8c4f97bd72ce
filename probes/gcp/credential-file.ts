import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ProbeContext } from "#model/probe.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { refused } from "#probes/rest/failures.ts";

/** By what a token is had. */
export type Credential =
  | {
      readonly type: "service_account";
      readonly email: string;
      readonly keyId: string | null;
      readonly privateKey: string;
    }
  | {
      readonly type: "authorized_user";
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string;
      readonly quotaProject: string | null;
    }
  | {
      readonly type: "external_account";
      readonly audience: string;
      readonly subjectTokenType: string;
      readonly source: SubjectTokenSource;
      readonly tokenUrl: string;
      readonly impersonationUrl: string | null;
      readonly quotaProject: string | null;
    }
  /** The metadata server of the machine that this runs on. */
  | { readonly type: "metadata" };

/** Where the subject token of a federation is. */
export interface SubjectTokenSource {
  readonly file: string | null;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The field of a JSON document that holds it; null: the text is the token. */
  readonly field: string | null;
}

type Surroundings = Pick<ProbeContext, "environment" | "secret" | "learn">;

/**
 * What the target names, else application default credentials: the file that GOOGLE_APPLICATION_CREDENTIALS names,
 * gcloud's own, the metadata server (https://cloud.google.com/docs/authentication/application-default-credentials).
 * All that is secret in it is learnt.
 * @throws RestFailure `denied` when a file is named that cannot be used
 */
export async function findCredential(context: Surroundings): Promise<Credential> {
  const { environment, learn } = context;
  const named = context.secret("key");
  if (named !== undefined) return parse(named, "credentials.key", learn);
  const file = environment["GOOGLE_APPLICATION_CREDENTIALS"];
  if (file !== undefined && file !== "") {
    const content = await contentOf(file);
    if (content === null) {
      throw refused(
        `GOOGLE_APPLICATION_CREDENTIALS names ${file.slice(0, 200)}, which cannot be read`,
      );
    }
    return parse(content, "GOOGLE_APPLICATION_CREDENTIALS", learn);
  }
  const folder = environment["CLOUDSDK_CONFIG"] ?? join(homeOf(environment), ".config", "gcloud");
  const own = await contentOf(join(folder, "application_default_credentials.json"));
  return own === null ? { type: "metadata" } : parse(own, "gcloud's own credentials", learn);
}

function homeOf(environment: Surroundings["environment"]): string {
  return environment["HOME"] ?? homedir();
}

async function contentOf(file: string): Promise<string | null> {
  try {
    const content = await readFile(file, "utf8");
    return content.length > 100_000 ? null : content;
  } catch {
    return null;
  }
}

function parse(content: string, name: string, learn: Surroundings["learn"]): Credential {
  let json: Fields;
  try {
    json = fields(JSON.parse(content));
  } catch {
    throw refused(`${name} holds no JSON: a key or credential file of Google Cloud is expected`);
  }
  for (const secret of ["private_key", "client_secret", "refresh_token"]) {
    const value = text(json[secret]);
    if (value !== null) learn(value);
  }
  const need = (field: string) => {
    const value = text(json[field]);
    if (value === null) throw refused(`${name} lacks the field ${field}`);
    return value;
  };
  const quotaProject = text(json["quota_project_id"]);
  switch (json["type"]) {
    case "service_account":
      return {
        type: "service_account",
        email: need("client_email"),
        keyId: text(json["private_key_id"]),
        privateKey: need("private_key"),
      };
    case "authorized_user":
      return {
        type: "authorized_user",
        clientId: need("client_id"),
        clientSecret: need("client_secret"),
        refreshToken: need("refresh_token"),
        quotaProject,
      };
    case "external_account":
      return {
        type: "external_account",
        audience: need("audience"),
        subjectTokenType: need("subject_token_type"),
        source: sourceOf(fields(json["credential_source"]), name),
        tokenUrl: need("token_url"),
        impersonationUrl: text(json["service_account_impersonation_url"]),
        quotaProject,
      };
    default:
      throw refused(
        `${name} is of a type that is not supported: expected service_account, authorized_user or external_account`,
      );
  }
}

function sourceOf(source: Fields, name: string): SubjectTokenSource {
  const [file, url] = [text(source["file"]), text(source["url"])];
  if ((file === null) === (url === null) || text(source["environment_id"]) !== null) {
    throw refused(`${name}: its credential_source must name a file or a url, and nothing else`);
  }
  const format = fields(source["format"]);
  const json = format["type"] === "json";
  const field = text(format["subject_token_field_name"]);
  if (json && field === null) throw refused(`${name} lacks subject_token_field_name`);
  const headers = Object.entries(fields(source["headers"])).flatMap(([header, value]) =>
    typeof value === "string" ? [[header, value] as const] : [],
  );
  return { file, url, headers: Object.fromEntries(headers), field: json ? field : null };
}
