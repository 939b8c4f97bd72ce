import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lapsedStandards } from "#facts/standards.ts";
import { has, sharedFolder } from "../support/requirements.ts";

const today = "2026-06-01T00:00:00Z";
const named = (text: string, asOf = today) => lapsedStandards(text, asOf).map(({ name }) => name);

const statement = (name: string) => readFileSync(`${sharedFolder}statements/${name}.txt`, "utf8");

describe("lapsed standards", () => {
  it.each([
    ["transfers under the EU-US Privacy Shield", ["EU–US Privacy Shield"]],
    ["le bouclier de protection des données UE-États-Unis", ["EU–US Privacy Shield"]],
    ["le Safe Harbor", ["Safe Harbour"]],
    ["certified to ISO/IEC 27001:2013", ["ISO/IEC 27001:2013"]],
    ["ISO 27001 : 2013 Oui", ["ISO/IEC 27001:2013"]],
    ["ISO 27001 version 2013", ["ISO/IEC 27001:2013"]],
    ["SSL 3.0 and SSLv2", ["SSL 2.0", "SSL 3.0"]],
    ["TLS 1.0 pour les très vieux appareils", ["TLS 1.0"]],
    ["la directive 95/46/CE", ["Directive 95/46/EC"]],
  ])("are found in %j", (text, names) => {
    expect(named(text)).toEqual(names);
  });

  it.each([
    "ISO/IEC 27001:2022",
    "ISO 27001",
    "TLS 1.2 and 1.3",
    "SSL 256 bits",
    "shielded privacy",
  ])("are not found in %j", (text) => {
    expect(named(text)).toEqual([]);
  });

  it("had not lapsed before their day", () => {
    expect(named("ISO/IEC 27001:2013", "2025-10-30")).toEqual([]);
    expect(named("ISO/IEC 27001:2013", "2025-10-31T12:00:00Z")).toEqual(["ISO/IEC 27001:2013"]);
  });

  it.skipIf(!has("shared"))("are found in the published statements", () => {
    expect(named(statement("visma-sign"))).toContain("EU–US Privacy Shield");
    expect(named(statement("kizeo-forms"))).toEqual(["ISO/IEC 27001:2013", "TLS 1.0"]);
    expect(named(statement("pingflow"))).toEqual([]);
  });
});
