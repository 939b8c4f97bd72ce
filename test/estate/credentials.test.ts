import { closeSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CredentialError, credentialValue } from "#estate/credentials.ts";
import { temporaryFolder } from "../configuration/support.ts";

const folder = temporaryFolder();
afterAll(folder.remove);
const secret = "hunter2-hunter2";
const file = (content: string | Uint8Array) => folder.write("secret", content);
const reason = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof CredentialError) return error.message;
    throw error;
  }
  return "no error";
};

describe("what is found", () => {
  test("a variable, as it is", () => {
    expect(credentialValue({ env: { token: "T" } }, "token", { T: secret })).toBe(secret);
  });

  test("a file, trimmed, without its byte order mark", () => {
    const files = { token: file(`\u{FEFF}  ${secret}\r\n\n`) };
    expect(credentialValue({ files }, "token", {})).toBe(secret);
  });

  test("nothing where nothing is referred to", () => {
    expect(credentialValue(undefined, "token", { token: secret })).toBeUndefined();
    expect(credentialValue({ env: { other: "T" } }, "token", { T: secret })).toBeUndefined();
    expect(credentialValue({ profile: "p" }, "token", {})).toBeUndefined();
  });
});

describe("what is wrong with it", () => {
  test.each([
    [{}, "the environment variable T, which the estate names for token, is not set"],
    [{ T: "" }, "the environment variable T, which the estate names for token, is empty"],
  ])("a variable: %j", (environment, message) => {
    expect(reason(() => credentialValue({ env: { token: "T" } }, "token", environment))).toBe(
      message,
    );
  });

  test("a file that is not there", () => {
    const path = join(folder.path, "none");
    expect(reason(() => credentialValue({ files: { token: path } }, "token", {}))).toBe(
      `the file ${path}, which the estate names for token, cannot be read: there is no such file`,
    );
  });

  test("a file of white space", () => {
    const path = file(" \n");
    expect(reason(() => credentialValue({ files: { token: path } }, "token", {}))).toBe(
      `the file ${path}, which the estate names for token, is empty`,
    );
  });

  test("a file that is too large", () => {
    const path = file("");
    const descriptor = openSync(path, "w");
    ftruncateSync(descriptor, 64 * 1024 + 1);
    closeSync(descriptor);
    expect(reason(() => credentialValue({ files: { token: path } }, "token", {}))).toBe(
      `the file ${path}, which the estate names for token, is larger than 64 KiB, the most that is taken in`,
    );
  });

  test("a file that is no text does not show what it holds", () => {
    const path = file(Buffer.concat([Buffer.from(secret), Buffer.from([0xff])]));
    const message = reason(() => credentialValue({ files: { token: path } }, "token", {}));
    expect(message).toContain("is not UTF-8");
    expect(message).not.toContain("hunter2");
  });
});
