import { afterAll, expect, test } from "vitest";
import { readEstate } from "#estate/estate.ts";
import { complaints, temporaryFolder } from "../configuration/support.ts";

const folder = temporaryFolder();
afterAll(folder.remove);

const found = (lines: string) => {
  const target = `  - id: g\n    provider: gcp\n    projects: [p]\n${lines}`;
  const file = folder.write("estate.yaml", `version: 1\ntargets:\n${target}`);
  return complaints(() => readEstate(file));
};

test.each<[string, string, readonly string[]]>([
  [
    "all that Google Cloud has",
    "    endpoints: { api: https://a.example, token: https://b.example, storage: https://c.example }\n    credentials: { files: { key: secrets/key.json } }",
    [],
  ],
  [
    "a misspelt endpoint",
    "    endpoints: { storrage: https://a.example }",
    ["6:18: targets[0].endpoints.storrage: unknown key; did you mean storage?"],
  ],
  [
    "an endpoint of another provider",
    "    endpoints: { s3: https://a.example }",
    [
      "6:18: targets[0].endpoints.s3: unknown key; known here: api, token, backupdr, cloudasset, cloudkms, cloudresourcemanager, compute, monitoring, sqladmin, storage",
    ],
  ],
  [
    "a credential that would fall to the default chain unseen",
    "    credentials: { env: { keys: A } }",
    ["6:27: targets[0].credentials.env.keys: unknown key; did you mean key?"],
  ],
])("%s", (_, lines, expected) => {
  expect(found(lines)).toEqual(expected);
});
