/** Writes the skeleton of a new control or probe: `npm run new:control -- <domain>/<id>`, `npm run new:probe -- <provider>/<noun>`. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [what, path = ""] = process.argv.slice(2);
const [folder, name, rest] = path.split("/");
const wellFormed = /^[a-z0-9-]+$/;
if (
  (what !== "control" && what !== "probe") ||
  rest !== undefined ||
  !wellFormed.test(folder ?? "") ||
  !wellFormed.test(name ?? "")
) {
  process.stderr.write(
    "usage: npm run new:control -- <domain>/<id>   or   npm run new:probe -- <provider>/<noun>\n",
  );
  process.exit(2);
}

const files = what === "control" ? control(`${folder}`, `${name}`) : probe(`${folder}`, `${name}`);
for (const file of Object.keys(files)) {
  if (existsSync(join(root, file))) {
    process.stderr.write(`${file} exists already\n`);
    process.exit(2);
  }
}
for (const [file, content] of Object.entries(files)) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
  process.stdout.write(`${file}\n`);
}
process.stdout.write("then: npm run generate\n");

function control(domain: string, id: string): Record<string, string> {
  const title = id.replaceAll("-", " ");
  return {
    [`src/controls/${domain}/${id}.ts`]: `import { defineControl } from "#model/control.ts";
import type { SchemaKit } from "#model/schema.ts";

const expectation = ({ z }: SchemaKit) => z.strictObject({});

export default defineControl({
  id: "${id}",
  title: "${title.charAt(0).toUpperCase()}${title.slice(1)}",
  rationale: "",
  severity: "medium",
  judges: "subject",
  needs: [],
  expectation,
  evaluate: () => ({ outcome: "unknown", actual: null, message: "not judged yet" }),
  remediation: "",
  references: [],
});
`,
    [`test/controls/${id}.cases.ts`]: `import control from "#controls/${domain}/${id}.ts";
import { defineCases } from "./cases.ts";

export default defineCases(control, [
  { name: "nothing is known", expect: {}, facets: {}, outcome: "unknown", says: "not judged" },
]);
`,
  };
}

function probe(provider: string, noun: string): Record<string, string> {
  return {
    [`probes/${provider}/${noun}.ts`]: `import { defineProbe } from "#model/probe.ts";

export default defineProbe({
  id: "${provider}-${noun}",
  title: "",
  provider: "${provider === "tls" || provider === "http" ? "endpoint" : provider}",
  kinds: [],
  provides: {},
  async *gather() {},
  classify: (error) => ({ reason: "malformed", message: String(error), retryable: false }),
});
`,
    [`test/probes/${provider}/${noun}.test.ts`]: `import { expect, test } from "vitest";
import probe from "#probes/${provider}/${noun}.ts";

test("gives the facets that it declares", () => {
  expect(Object.keys(probe.provides)).not.toEqual([]);
});
`,
  };
}
