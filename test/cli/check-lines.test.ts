import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { LONGEST_LINE, readLines } from "#cli/check-lines.ts";

async function read(...chunks: readonly string[]) {
  const lines = [];
  for await (const line of readLines(Readable.from(chunks, { objectMode: false }), "hosts.txt")) {
    lines.push(line);
  }
  return lines;
}

test("gives the address of each line with its place", async () => {
  const text =
    "\ufeffa.example\r\n\n  b.example:8443  # main\n# c.example\n\td.example#x\ne.example";
  expect(await read(text)).toEqual([
    { text: "a.example", place: "hosts.txt:1:1" },
    { text: "b.example:8443", place: "hosts.txt:3:3" },
    { text: "d.example#x", place: "hosts.txt:5:2" },
    { text: "e.example", place: "hosts.txt:6:1" },
  ]);
});

test("cuts nothing where the pieces are cut, within a character either", async () => {
  const bytes = Buffer.from("bücher.example\n漢字.example\n");
  const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
  const lines = [];
  for await (const line of readLines(Readable.from(pieces), "-")) lines.push(line.text);
  expect(lines).toEqual(["bücher.example", "漢字.example"]);
});

test("a line without end is given once, cut, and those after it keep their number", async () => {
  const endless = Array.from({ length: 50 }, () => "x".repeat(1000));
  const [first, second, ...rest] = await read("a\n", ...endless, "\n", "b\n");
  expect(first).toEqual({ text: "a", place: "hosts.txt:1:1" });
  expect(second?.text).toHaveLength(LONGEST_LINE);
  expect(second?.place).toBe("hosts.txt:2:1");
  expect(rest).toEqual([{ text: "b", place: "hosts.txt:3:1" }]);
});

test("is read no faster than it is taken", async () => {
  let made = 0;
  const endless = new Readable({
    read() {
      made += 1;
      this.push("a.example\n".repeat(1000));
    },
  });
  const lines = readLines(endless, "-");
  for (let taken = 0; taken < 10; taken += 1) await lines.next();
  expect(made).toBeLessThan(20);
  await lines.return(undefined);
  expect(endless.destroyed).toBe(true);
});
