import { expect, test } from "vitest";
import { renderTable } from "#report/lists.ts";
import { terminalFaults } from "./terminal.ts";

const columns = ["id", "severity", "title"];
const rows = [
  [
    "tls-certificate",
    "high",
    "Certificates are trusted, cover the name and are valid for long enough",
  ],
  ["封印", "low", "Short"],
];

test("cells are padded to their column and the last one is wrapped", () => {
  expect(renderTable(columns, rows, 60)).toBe(
    [
      "ID               SEVERITY  TITLE",
      "tls-certificate  high      Certificates are trusted, cover",
      "                           the name and are valid for long",
      "                           enough",
      "封印             low       Short",
      "",
    ].join("\n"),
  );
});

test("where it is too narrow the last cell stands below", () => {
  expect(renderTable(columns, rows, 40)).toBe(
    [
      "ID · SEVERITY",
      "    TITLE",
      "tls-certificate · high",
      "    Certificates are trusted, cover the",
      "    name and are valid for long enough",
      "封印 · low",
      "    Short",
      "",
    ].join("\n"),
  );
});

test("hostile and overlong cells stay in their place", () => {
  const hostile = [["\u001b[31mred\n", "x".repeat(500), "\u202ey ".repeat(250)], [], ["a", "", ""]];
  for (const width of [40, 80, 200]) {
    expect(terminalFaults(renderTable(columns, hostile, width), width, false)).toEqual([]);
  }
});

test("a table without rows is its titles", () => {
  expect(renderTable(["id", "title"], [], 80)).toBe("ID  TITLE\n");
  expect(renderTable(["id"], [["one"]], 80)).toBe("ID\none\n");
});
