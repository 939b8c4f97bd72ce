import { ConfigurationError } from "#configuration/errors.ts";
import { decodeUtf8, readBytes } from "#configuration/files.ts";
import type { Target } from "#model/estate.ts";
import { plain } from "#model/text.ts";

/** The largest file that may hold a secret, bytes. */
const MAX_SECRET_BYTES = 64 * 1024;

/** A credential that the estate refers to and that is not there. It names where to look, never what was found. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
}

/**
 * The secret that a target's credentials refer to by a name such as `clientSecret`; undefined when they do not.
 * A file is read anew each time, at most 64 KiB of UTF-8, and trimmed.
 * @throws CredentialError when the variable is not set or empty, or the file is not readable, too large or empty.
 */
export function credentialValue(
  credentials: Target["credentials"],
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const variable = credentials?.env?.[name];
  if (variable !== undefined) {
    const value = environment[variable];
    if (value !== undefined && value !== "") return value;
    throw new CredentialError(
      `the environment variable ${plain(variable)}, which the estate names for ${plain(name)}, ` +
        (value === undefined ? "is not set" : "is empty"),
    );
  }
  const file = credentials?.files?.[name];
  if (file === undefined) return undefined;
  const value = readSecret(file, name);
  if (value === "") throw failure(file, name, "is empty");
  return value;
}

function readSecret(file: string, name: string): string {
  try {
    return decodeUtf8(file, readBytes(file, MAX_SECRET_BYTES)).trim();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw failure(file, name, error.issues[0]?.message ?? "cannot be read");
  }
}

function failure(file: string, name: string, reason: string): CredentialError {
  return new CredentialError(
    `the file ${plain(file)}, which the estate names for ${plain(name)}, ${reason}`,
  );
}
