import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import {
  EvidenceError,
  loadEvidence,
  prepareEvidence,
  saveEvidence,
  type Inputs,
} from "#gather/evidence-files.ts";
import { targetSubject } from "#model/subject.ts";
import {
  bucket,
  estate,
  evidence,
  inventory,
  observe,
  policy,
  problem,
} from "../support/evidence.ts";

type Fields = Record<string, unknown>;
/** The files of a folder as values, to be damaged; a text is written as it is. */
interface Contents {
  manifest: Fields;
  observations: unknown[] | string;
  problems: unknown[] | string;
  inputs: Fields;
}

const folder = mkdtempSync(join(tmpdir(), "probity-evidence-"));
const intact = join(folder, "intact");
const damaged = join(folder, "damaged");
const TOOL = { name: "probity", version: "0" };
const subject = bucket("one", { tags: { stage: "prod" } });
const inputs: Inputs = {
  policies: [
    policy([
      {
        checks: [{ control: "data-residency", expect: { countries: ["FR"] } }],
        attest: [{ covers: "x", maxAge: "P1Y" }],
      },
    ]),
  ],
  estate: estate(),
  attestations: [],
  waivers: [],
  only: [],
};
const gathered = evidence(
  [
    inventory([subject]),
    observe(subject, "location", { regions: ["eu-west-3"], zones: null }),
    observe(subject, "redundancy", {
      zones: 3,
      zoneRedundant: true,
      geoRedundant: null,
      setting: "STANDARD",
    }),
  ],
  [problem({ subject }), problem({ subject: targetSubject({ id: "aws", provider: "aws" }) })],
);

beforeAll(() => saveEvidence(intact, gathered, inputs, TOOL));
beforeEach(() => {
  rmSync(damaged, { recursive: true, force: true });
  cpSync(intact, damaged, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Damages the evidence and gives it the hashes that fit. */
function damage(change: (contents: Contents) => void): void {
  const lines = (name: string) =>
    readFileSync(join(intact, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown);
  const contents: Contents = {
    manifest: JSON.parse(readFileSync(join(intact, "manifest.json"), "utf8")) as Fields,
    observations: lines("observations.jsonl"),
    problems: lines("problems.jsonl"),
    inputs: JSON.parse(readFileSync(join(intact, "inputs.json"), "utf8")) as Fields,
  };
  const { files } = contents.manifest;
  change(contents);
  const text = (items: unknown[] | string) =>
    typeof items === "string" ? items : items.map((item) => `${JSON.stringify(item)}\n`).join("");
  const texts = {
    "observations.jsonl": text(contents.observations),
    "problems.jsonl": text(contents.problems),
    "inputs.json": JSON.stringify(contents.inputs),
  };
  for (const [name, content] of Object.entries(texts)) writeFileSync(join(damaged, name), content);
  if (contents.manifest?.["files"] === files && contents.manifest !== null) {
    contents.manifest["files"] = Object.entries(texts).map(([name, content]) => ({
      name,
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
    }));
  }
  writeFileSync(join(damaged, "manifest.json"), JSON.stringify(contents.manifest));
}

/** Sets what stands at a path such as `policies.0.claims`; undefined takes it away. */
function set(root: unknown, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let node = root as Fields;
  for (const key of keys) node = node[key] as Fields;
  if (value === undefined) delete node[last];
  else node[last] = value;
}

describe("saved evidence", () => {
  test("comes back as it was", () => {
    expect(loadEvidence(intact, controls)).toEqual({ evidence: gathered, inputs });
    expect(readdirSync(intact)).toHaveLength(4);
  });

  test("of any size, in pieces", () => {
    const many = Array.from({ length: 30_000 }, (_, index) =>
      observe(bucket(`bucket-ü-${index}`), "location", { regions: ["eu-west-3"], zones: null }),
    );
    const large = join(folder, "large");
    saveEvidence(large, evidence(many), inputs, TOOL);
    const { bytes } = (
      JSON.parse(readFileSync(join(large, "manifest.json"), "utf8")) as {
        files: { bytes: number }[];
      }
    ).files[0] ?? { bytes: 0 };
    expect(readFileSync(join(large, "observations.jsonl"))).toHaveLength(bytes);
    expect(loadEvidence(large, controls).evidence.observations).toEqual(many);
  });

  test("is written to a folder of its own only", () => {
    expect(() => prepareEvidence(intact)).toThrow(/not empty/);
    expect(() => prepareEvidence("/dev/null/x")).toThrow(EvidenceError);
    expect(() => saveEvidence("/proc/none", gathered, inputs, TOOL)).toThrow(EvidenceError);
  });
});

describe("damaged evidence with hashes that fit is refused", () => {
  test.each<[string, unknown]>([
    ["finishedAt", "nope"],
    ["finishedAt", "2026-02-31T00:00:00Z"],
    ["startedAt", undefined],
    ["complete", "false"],
    ["complete", undefined],
    ["files", null],
    ["files", [null]],
    ["files", [{ name: "observations.jsonl", bytes: 1, sha256: "\u001b[2J" }]],
    ["version", 2],
    ["format", "other"],
  ])("a manifest whose %s is %j", (path, value) => {
    damage(({ manifest }) => set(manifest, path, value));
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
  });

  test("a manifest that is null", () => {
    writeFileSync(join(damaged, "manifest.json"), "null");
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
  });

  test.each<[string, unknown]>([
    ["policies", []],
    ["policies", [null]],
    ["policies", undefined],
    ["policies.0.sha256", "x"],
    ["policies.0.id", "\u001b[31mPWN"],
    ["policies.0.claims", []],
    ["policies.0.claims.0.checks", undefined],
    ["policies.0.claims.0.checks.0", null],
    ["policies.0.claims.0.checks.0.control", "constructor"],
    ["policies.0.claims.0.checks.0.expect", {}],
    ["policies.0.claims.0.checks.0.expect", { countries: ["\u001b[31m"] }],
    ["policies.0.claims.0.checks.0.scope", { tags: [] }],
    ["policies.0.claims.0.attest", [{ covers: "x", maxAge: "\u001b[31m" }]],
    ["policies.0.claims.0.severity", "\u001b[31m"],
    ["estate", null],
    ["estate.targets", []],
    ["estate.targets", [null]],
    ["attestations", [{ id: "x" }]],
    ["waivers", {}],
    ["only", "x"],
  ])("inputs whose %s is %j", (path, value) => {
    damage((contents) => {
      set(contents.inputs, path, value);
      if (path === "policies.0.claims.0.checks") {
        set(contents.inputs, "policies.0.claims.0.attest", []);
      }
    });
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
    // Nothing of the file acts on a terminal.
    // oxlint-disable-next-line no-control-regex
    expect(() => loadEvidence(damaged, controls)).not.toThrow(/[\u0000-\u001f]/);
  });

  test.each<[string, unknown]>([
    ["", null],
    ["subject", null],
    ["subject.tags", { a: 1 }],
    ["subject.provider", "other"],
    ["facet", "__proto__"],
    ["facet", "unheard-of"],
    ["value", null],
    ["value", {}],
    ["value.items", [null]],
    ["value.items", undefined],
    ["observedAt", "yesterday"],
    ["source", null],
  ])("an observation whose %s is %j", (path, value) => {
    damage((contents) => {
      const [first] = contents.observations as unknown[];
      if (path === "") contents.observations = [value];
      else set(first, path, value);
    });
    expect(() => loadEvidence(damaged, controls)).toThrow(/observations\.jsonl, line 1/);
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
  });

  test.each<[string, unknown]>([
    ["kinds", undefined],
    ["facets", ["__proto__"]],
    ["reason", "other"],
    ["subject", "x"],
    ["message", null],
  ])("a problem whose %s is %j", (path, value) => {
    damage(({ problems }) => set((problems as unknown[])[0], path, value));
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
  });

  test.each(["not json\n", "[".repeat(1_000_000), `{"facet":${"[".repeat(100_000)}`, "[]\n"])(
    "lines that are no observations (%#)",
    (text) => {
      damage((contents) => (contents.observations = text));
      expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
    },
  );

  test("an expectation nested without end", () => {
    damage((contents) => set(contents.inputs, "policies.0.claims.0.checks.0.expect", "DEEP"));
    const file = join(damaged, "inputs.json");
    const deep = `{"countries":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    const text = readFileSync(file, "utf8").replace('"DEEP"', deep);
    writeFileSync(file, text);
    const manifest = join(damaged, "manifest.json");
    const value = JSON.parse(readFileSync(manifest, "utf8")) as { files: Fields[] };
    Object.assign(value.files[2] ?? {}, {
      sha256: createHash("sha256").update(text).digest("hex"),
    });
    writeFileSync(manifest, JSON.stringify(value));
    expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
  });

  test("a file that was changed says so, even where it is no JSON any more", () => {
    writeFileSync(join(damaged, "observations.jsonl"), "not json\n");
    expect(() => loadEvidence(damaged, controls)).toThrow(/has changed since it was saved/);
  });
});

describe("what is no regular file is never read", () => {
  test.each(["manifest.json", "observations.jsonl", "problems.jsonl", "inputs.json"])(
    "a pipe, a device, a link or a folder for %s",
    (name) => {
      const file = join(damaged, name);
      rmSync(file);
      expect(() => loadEvidence(damaged, controls)).toThrow(EvidenceError);
      execFileSync("mkfifo", [file]);
      expect(() => loadEvidence(damaged, controls)).toThrow(/no regular file/);
      for (const end of ["/dev/zero", join(intact, name), folder]) {
        rmSync(file);
        symlinkSync(end, file);
        expect(() => loadEvidence(damaged, controls)).toThrow(/no regular file/);
      }
    },
  );

  test("a file without end", () => {
    truncateSync(join(damaged, "manifest.json"), 1024 * 1024 * 1024);
    expect(() => loadEvidence(damaged, controls)).toThrow(/larger than 1 MiB/);
    cpSync(intact, damaged, { recursive: true });
    truncateSync(join(damaged, "problems.jsonl"), 3 * 1024 * 1024 * 1024);
    expect(() => loadEvidence(damaged, controls)).toThrow(/line 3 is larger than 64 MiB/);
  });
});
