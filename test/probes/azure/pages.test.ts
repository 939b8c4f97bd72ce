import { expect, test } from "vitest";
import { classifyAzure } from "#probes/azure/errors.ts";
import { walkPages, type Page } from "#probes/azure/pages.ts";
import { testScan } from "../../support/probe-context.ts";

/** Walks pages that are made from the address that was asked; the first has none. */
async function walk(answer: (link: string | null) => unknown) {
  const context = testScan({ id: "t", provider: "upcloud", labels: [], backups: [] }).context({
    id: "azure-resources",
    kinds: ["*"],
    classify: classifyAzure,
  });
  const asked: (string | null)[] = [];
  const pages: Page[] = [];
  const failure = await walkPages(
    context,
    "GET /pages",
    (link) => {
      asked.push(link);
      return Promise.resolve(answer(link));
    },
    (page) => pages.push(page),
  );
  return { asked, failure, items: pages.flatMap(({ items }) => items), pages };
}
const address = (page: number) => `https://arm.example.com/pages?page=${page}`;
const numberOf = (link: string | null) =>
  Number(new URL(link ?? address(0)).searchParams.get("page"));

test.each([undefined, null, ""])("a listing ends with the nextLink %s", async (end) => {
  const { asked, failure, items } = await walk((link) =>
    link === null ? { value: ["a"], nextLink: address(1) } : { value: ["b", "c"], nextLink: end },
  );
  expect(failure).toBeNull();
  expect(items).toEqual(["a", "b", "c"]);
  expect(asked).toEqual([null, address(1)]);
});

test("each page comes with its moment and its hash", async () => {
  const { pages } = await walk(() => ({ value: [] }));
  expect(pages).toEqual([
    {
      items: [],
      observedAt: "2026-06-01T12:00:00.000Z",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});

test("a ring of pages ends", async () => {
  const { asked, failure } = await walk((link) => ({
    value: [],
    nextLink: address((numberOf(link) + 1) % 3),
  }));
  expect(failure).toMatchObject({ reason: "malformed", retryable: false });
  // Without address, then 1, 2 and 0; what follows was read.
  expect(asked).toHaveLength(4);
});

test("a listing without end is cut off and said to be partial", async () => {
  const { asked, failure } = await walk((link) => ({
    value: [],
    nextLink: address(numberOf(link) + 1),
  }));
  expect(failure).toMatchObject({
    reason: "partial",
    message: expect.stringContaining("more than 1000 pages"),
  });
  expect(asked).toHaveLength(1000);
});

test("what came before a failure is kept", async () => {
  const { failure, items } = await walk((link) => {
    if (link !== null) throw new TypeError("broken");
    return { value: ["a"], nextLink: address(1) };
  });
  expect(items).toEqual(["a"]);
  expect(failure).toMatchObject({ reason: "malformed" });
});

test("a listing of too many entries is cut off and said to be too large", async () => {
  const page = Array.from({ length: 60_000 }, (_, at) => at);
  const { asked, failure, items } = await walk((link) => ({
    value: page,
    nextLink: address(numberOf(link) + 1),
  }));
  expect(failure).toMatchObject({ reason: "too-large", retryable: false });
  expect(items).toHaveLength(100_000);
  expect(asked).toHaveLength(2);
});
