import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { kindsOf } from "#facts/kinds.ts";
import { probes } from "#probes/index.ts";
import { root } from "../support/probity.ts";

/** Lints files as if each lay in its folder, in a copy of the project's outline; gives the lines that the linter says. */
function lint(sources: readonly { readonly folder: string; readonly source: string }[]): string[] {
  const copy = mkdtempSync(join(tmpdir(), "probity-lint-"));
  try {
    for (const file of [".oxlintrc.json", "package.json", "tsconfig.json"]) {
      copyFileSync(join(root, file), join(copy, file));
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const [index, { folder, source }] of sources.entries()) {
      mkdirSync(join(copy, folder), { recursive: true });
      writeFileSync(join(copy, folder, `case-${index}.ts`), source);
    }
    const { stdout } = spawnSync(
      "node_modules/.bin/oxlint",
      ["--format", "unix", "src", "probes"],
      { cwd: copy, encoding: "utf8" },
    );
    return stdout.split("\n");
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const FORBIDDEN = [
  ["src/model", "#facts/kinds.ts", "kindOf"],
  ["src/facts", "node:fs", "readFileSync"],
  ["src/controls", "node:fs", "readFileSync"],
  ["src/controls", "#gather/gather.ts", "gather"],
  ["src/controls", "zod", "z"],
  ["src/derive", "#probes/index.ts", "probes"],
  ["src/evaluate", "#controls/index.ts", "controls"],
  ["src/evaluate", "node:fs", "readFileSync"],
  ["src/report", "#evaluate/evaluate.ts", "evaluate"],
  ["src/policy", "#controls/index.ts", "controls"],
  ["src/estate", "@aws-sdk/client-s3", "S3Client"],
  ["src/gather", "#probes/index.ts", "probes"],
  ["probes", "#controls/index.ts", "controls"],
  ["probes", "#evaluate/evaluate.ts", "evaluate"],
] as const;
const PERMITTED = { folder: "src/controls", module: "#facts/kinds.ts", name: "kindOf" };

describe("the import rules of the folders", () => {
  let found: readonly string[];
  beforeAll(() => {
    const forbidden = FORBIDDEN.map(([folder, module, name]) => ({ folder, module, name }));
    found = lint(
      [...forbidden, PERMITTED].map(({ folder, module, name }) => ({
        folder,
        source: `export { ${name} } from "${module}";\n`,
      })),
    );
  });
  const said = (folder: string, index: number) =>
    found.filter(
      (line) =>
        line.includes(`${folder}/case-${index}.ts:`) && line.includes("no-restricted-imports"),
    );

  test.each(FORBIDDEN.map(([folder, module], index) => ({ folder, module, index })))(
    "$folder may not import $module",
    ({ folder, index }) => {
      expect(said(folder, index)).toHaveLength(1);
    },
  );

  test("what a folder may import passes", () => {
    expect(said(PERMITTED.folder, FORBIDDEN.length)).toEqual([]);
  });
});

describe("nothing heavy is loaded before it is needed", () => {
  const loaded = (script: string): readonly string[] => {
    const program = `
      import { registerHooks } from "node:module";
      const seen = [];
      registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
      ${script}
      process.stdout.write(JSON.stringify(seen));`;
    const text = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
      encoding: "utf8",
    });
    return (JSON.parse(text) as string[]).filter((url) => url.startsWith("file:"));
  };

  test("help loads the command line's library and nothing else", () => {
    const urls = loaded(`
      process.stdout.write = ((write) => (text, ...rest) =>
        text.startsWith("[") ? write(text, ...rest) : true)(process.stdout.write.bind(process.stdout));
      const { main } = await import("./bin/commands.js");
      await main(["--help"]);`);
    expect(urls.filter((url) => !url.includes("/commander/"))).toEqual([
      expect.stringContaining("bin/commands.js"),
      expect.stringContaining("/package.json"),
    ]);
  });

  test("the registries load no probe and no SDK", () => {
    const urls = loaded('await import("./probes/index.ts");');
    expect(urls).toEqual([expect.stringContaining("probes/index.ts")]);
  });

  test.each([
    ["aws-s3", "@azure"],
    ["azure-storage", "@aws-sdk"],
    ["tls-endpoint", "@aws-sdk"],
    ["tls-endpoint", "@azure"],
  ])("loading the probe %s loads nothing of %s", (id, vendor) => {
    const urls = loaded(`
      const { probes } = await import("./probes/index.ts");
      await probes.find((probe) => probe.id === "${id}").load();`);
    expect(urls.length).toBeGreaterThan(2);
    expect(urls.filter((url) => url.includes(vendor))).toEqual([]);
  });
});

describe("what belongs together", () => {
  test("every facet that a control needs exists for some kind", () => {
    const providers = ["aws", "azure", "gcp", "ovh", "scaleway", "upcloud", "endpoint"] as const;
    const kinds = providers.flatMap(kindsOf);
    for (const control of controls.values()) {
      if (control.id === "attestation") continue;
      for (const facet of control.needs) {
        expect(
          kinds.some(({ facets }) => facets.includes(facet)),
          `${control.id}: ${facet}`,
        ).toBe(true);
      }
    }
  });

  test("a probe gives only facets that its kinds have", () => {
    for (const { id, provider, kinds, provides } of probes) {
      const known = kindsOf(provider).filter(
        ({ kind }) => kinds.includes(kind) || kinds.includes("*"),
      );
      for (const facet of Object.keys(provides)) {
        if (facet === "inventory") continue;
        expect(
          known.some(({ facets }) => facets.some((one) => one === facet)),
          `${id}: ${facet}`,
        ).toBe(true);
      }
    }
  });

  test("probe files hold to 150 lines", () => {
    for (const file of globSync("probes/*/*.ts", { cwd: root })) {
      const text = readFileSync(join(root, file), "utf8");
      if (!text.includes("export default defineProbe(")) continue;
      expect(text.split("\n").length, file).toBeLessThanOrEqual(151);
    }
  });
});
