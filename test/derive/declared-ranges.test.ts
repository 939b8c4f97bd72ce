import { describe, expect, test } from "vitest";
import { rangesDeclarer } from "#derive/declared-ranges.ts";
import { estateSchema } from "#model/estate.ts";
import type { Subject } from "#model/subject.ts";

const TARGETS = [{ id: "site", provider: "endpoint", url: "https://www.example.com" }];
const estate = (ranges: readonly object[]) =>
  estateSchema.safeParse({ version: 1, targets: TARGETS, ranges });
const subject = (fields: Partial<Subject> = {}): Subject => ({
  target: "aws",
  provider: "aws",
  kind: "AWS::EC2::SecurityGroup",
  id: "sg-1",
  name: "sg-1",
  region: "eu-west-3",
  tags: {},
  ...fields,
});

describe("ranges that the estate declares", () => {
  const parsed = estateSchema.parse({
    version: 1,
    targets: TARGETS,
    ranges: [
      { name: "office", ranges: ["192.0.2.0/24"] },
      { name: "lab", ranges: ["2001:db8::1"], match: { tags: { team: "lab" } } },
      { name: "elsewhere", ranges: ["198.51.100.0/24"], match: { providers: ["azure"] } },
    ],
  });
  const names = (fields: Partial<Subject>) =>
    rangesDeclarer(parsed)({ subject: subject(fields), labels: new Map() }).map(
      ({ name, certain }) => `${name}${certain ? "" : "?"}`,
    );

  test("hold for all, or for those that match", () => {
    expect(names({})).toEqual(["office"]);
    expect(names({ tags: { team: "lab" } })).toEqual(["office", "lab"]);
    expect(names({ provider: "azure" })).toEqual(["office", "elsewhere"]);
  });

  test("are not certain where a tag that decides was not read", () => {
    expect(names({ tags: null })).toEqual(["office", "lab?"]);
  });

  test("may be left out", () => {
    expect(estateSchema.parse({ version: 1, targets: TARGETS }).ranges).toEqual([]);
  });

  test.each([
    [{ name: "office", ranges: ["192.0.2.0/33"] }, "expected a range of addresses"],
    [{ name: "office", ranges: ["example.com"] }, "expected a range of addresses"],
    [{ name: "office", ranges: ["0.0.0.0/0"] }, "so wide a one restricts nothing"],
    [{ name: "office", ranges: ["::/0"] }, "so wide a one restricts nothing"],
    [{ name: "office", ranges: [] }, "expected array to have >=1 items"],
    [{ name: "The office", ranges: ["192.0.2.0/24"] }, "lower-case"],
    [{ name: "office", ranges: ["192.0.2.0/24"], match: {} }, "expected at least one of"],
  ])("%j is refused", (range, says) => {
    expect(JSON.stringify(estate([range]).error?.issues)).toContain(says);
  });
});
