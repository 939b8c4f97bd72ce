import { afterEach, expect, test, vi } from "vitest";
import { checkProgress } from "#cli/check-progress.ts";

const counts = { good: 2, wrong: 1, unknown: 0 };
const isTTY = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
afterEach(() => {
  vi.restoreAllMocks();
  if (isTTY === undefined) Reflect.deleteProperty(process.stderr, "isTTY");
  else Object.defineProperty(process.stderr, "isTTY", isTTY);
});

function written(terminal: boolean): string[] {
  const lines: string[] = [];
  Object.defineProperty(process.stderr, "isTTY", { value: terminal, configurable: true });
  Object.defineProperty(process.stderr, "columns", { value: 100, configurable: true });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  return lines;
}

test("tells how far it is, and takes itself away", () => {
  vi.spyOn(performance, "now").mockReturnValue(10_000).mockReturnValueOnce(3000);
  const lines = written(true);
  const progress = checkProgress(counts, 100, false);
  progress.asking("a.example:443");
  progress.end();
  expect(lines).toEqual([
    "\r\u001b[K3 of 100 checked, 1 wrong, 0 not known, 7 s  a.example:443",
    "\r\u001b[K",
  ]);
});

test("names the one host that is asked, whatever its name", () => {
  vi.spyOn(performance, "now").mockReturnValue(10_000);
  const lines = written(true);
  const progress = checkProgress(counts, 1, false);
  progress.asking("\u001b[2Jevil");
  progress.end();
  expect(lines[0]).toBe("\r\u001b[K\\u{1b}[2Jevil  0 s");
});

test.each([
  ["where standard error is no terminal", false, false],
  ["where it shows a log", true, true],
])("says nothing %s", (_, terminal, quiet) => {
  const lines = written(terminal);
  const progress = checkProgress(counts, null, quiet);
  progress.asking("a.example:443");
  progress.done("a.example:443");
  progress.clear();
  progress.end();
  expect(lines).toEqual([]);
});
