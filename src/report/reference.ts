import type { Severity } from "#model/control.ts";
import type { Json } from "#model/json.ts";
import type { ProbeEntry } from "#model/probe.ts";
import { cell, code, prose } from "./markdown.ts";
import { describeFields } from "./schema-fields.ts";
import { compareText, jsonWords } from "./words.ts";

/** What the reference says of a control: its metadata, with the expectation as JSON Schema. */
export interface ControlReference {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly severity: Severity;
  readonly judges: "subject" | "scope";
  readonly needs: readonly string[];
  /** What `z.toJSONSchema(control.expectation, { io: "input" })` gives. */
  readonly expectation: Json;
  readonly baseline?: Json;
  readonly remediation: string;
  readonly references: readonly string[];
}

/** The page of all controls, by id: an index, then a section each. Markdown. */
export function renderControlsReference(controls: readonly ControlReference[]): string {
  const sorted = controls.toSorted((a, b) => compareText(a.id, b.id));
  const index = sorted.map(({ id, title, severity, judges }) => [
    `[${code(id)}](#${id})`,
    cell(title),
    severity,
    judges === "subject" ? "each subject" : "the scope as a whole",
  ]);
  return page([
    "# Controls",
    "A control judges what was seen by what a claim expects. It reads nothing itself. This page is generated from the code.",
    table(["Control", "Title", "Severity", "Judges"], index),
    ...sorted.flatMap(controlSection),
  ]);
}

function controlSection(control: ControlReference): string[] {
  const { id, title, severity, judges, needs, rationale, remediation, references } = control;
  const fields = describeFields(control.expectation).map(({ name, type, needed, meaning }) => [
    code(name),
    cell(type),
    cell(needed),
    cell(meaning),
  ]);
  return [
    `## ${id}`,
    `${prose(title)}. Severity: ${severity}. Judges ${judges === "subject" ? "each subject on its own" : "all subjects in scope together"}. ` +
      `Needs: ${needs.map(code).join(", ")}.`,
    prose(rationale),
    ...(fields.length === 0
      ? ["It expects nothing more: `expect: {}`."]
      : ["Under `expect`:", table(["Field", "Value", "Needed", "Meaning"], fields)]),
    ...(control.baseline === undefined
      ? []
      : [
          `Reported as undeclared where no claim uses it and this does not hold: ${prose(jsonWords(control.baseline))}.`,
        ]),
    `When it fails: ${prose(remediation)}`,
    ...(references.length === 0
      ? []
      : [`Sources:\n\n${references.map((url) => `- <${url}>`).join("\n")}`]),
  ];
}

const PROVIDER_NAMES: Readonly<Record<ProbeEntry["provider"], string>> = {
  aws: "Amazon Web Services",
  azure: "Microsoft Azure",
  gcp: "Google Cloud",
  ovh: "OVHcloud",
  scaleway: "Scaleway",
  upcloud: "UpCloud",
  endpoint: "Endpoints",
};

/** The page of all probes, by provider and id, with what they read and the permissions for it. Markdown. */
export function renderProbesReference(probes: readonly Omit<ProbeEntry, "load">[]): string {
  const providers = Object.entries(PROVIDER_NAMES).flatMap(([provider, name]) => {
    const own = probes
      .filter((probe) => probe.provider === provider)
      .sort((a, b) => compareText(a.id, b.id));
    return own.length === 0 ? [] : [`## ${name}`].concat(own.flatMap(probeSection));
  });
  return page([
    "# Probes",
    "A probe reads one service of one target and judges nothing. All permissions are for reading only. This page is generated from the code.",
    ...providers,
  ]);
}

function probeSection({ id, title, kinds, provides }: Omit<ProbeEntry, "load">): string[] {
  const rows = Object.entries(provides).map(([facet, { permissions, onlyWith = {} }]) => {
    const more = Object.entries(onlyWith).flatMap(([option, names]) =>
      names.map((name) => `${code(name)} with ${code(option)} only`),
    );
    const all = [...permissions.map(code), ...more];
    return [code(facet), all.length === 0 ? "none" : all.join("<br>")];
  });
  return [
    `### ${id}`,
    `${prose(title)}. Kinds: ${kinds.map(code).join(", ") || "none of its own"}.`,
    table(["Reads", "Permissions"], rows),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(tableRow).join("\n");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function page(blocks: readonly string[]): string {
  return `${blocks.join("\n\n")}\n`;
}
