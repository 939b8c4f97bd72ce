import { createServer } from "node:https";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { download } from "#cli/ranges-download.ts";
import { fetchSources, type Update } from "#cli/ranges-update.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { readRanges, rangesFolder } from "#probes/hosting/store.ts";
import { probity } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-ranges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Documents in the providers' shapes with addresses of documentation. */
const FASTLY = JSON.stringify({ addresses: ["192.0.2.0/24"], ipv6_addresses: ["2001:db8::/32"] });
const AZURE = JSON.stringify({
  changeNumber: 7,
  cloud: "Public",
  values: [
    { name: "AzureCloud.centralfrance", properties: { addressPrefixes: ["198.51.100.0/24"] } },
  ],
});
const routesOf = (network: string) =>
  JSON.stringify({
    status: "ok",
    data: {
      resource: network,
      query_endtime: "2026-05-30T00:00:00",
      prefixes: [{ prefix: "203.0.113.0/24" }],
    },
  });

let runs = 0;
/** A place of its own for each test, and the command line in it. */
function place() {
  runs += 1;
  const ranges = join(folder, `ranges-${runs}`);
  const from = join(folder, `from-${runs}`);
  mkdirSync(from);
  return {
    ranges,
    from,
    put: (name: string, text: string) => writeFileSync(join(from, name), text),
    run: (...args: string[]) => probity(["ranges", ...args], { PROBITY_RANGES: ranges }),
  };
}

describe("probity ranges", () => {
  test("tells that there are none, and what to run", async () => {
    const { run, ranges } = place();
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toBe(`${ranges} holds no tables: run \`probity ranges update\`\n`);
  });

  test("shows what is there, as old as it is", async () => {
    const { run, from, put } = place();
    put("fastly.json", FASTLY);
    put("azure.json", AZURE);
    const long = new Date(Date.now() - 45.5 * 86_400_000);
    utimesSync(join(from, "azure.json"), long, long);
    const updated = await run("update", "--from", from);
    expect(updated.stdout).toBe(
      "azure: 1 prefixes, the provider's list, change 7\nfastly: 2 prefixes, the provider's list\n",
    );
    expect(updated.code).toBe(0);
    const { stdout } = await run();
    expect(stdout).toMatch(
      /azure +1 +\S+ +45 days, STALE +[0-9a-f]{12} +the provider's list, change 7/,
    );
    expect(stdout).toMatch(/fastly +2 +\S+ +0 days +[0-9a-f]{12}/);
    expect(stdout).toContain("A table of more than 30 days proves nothing");
    const { tables } = JSON.parse((await run("--format", "json")).stdout) as {
      tables: { id: string; days: number; stale: boolean; prefixes: number }[];
    };
    expect(tables).toMatchObject([
      { id: "azure", days: 45, stale: true, prefixes: 1 },
      { id: "fastly", days: 0, stale: false, prefixes: 2 },
    ]);
  });

  test("a file that is broken is told, and the others are shown", async () => {
    const { run, ranges, from, put } = place();
    put("fastly.json", FASTLY);
    await run("update", "--from", join(from, "fastly.json"));
    writeFileSync(join(ranges, "aws.ranges.json"), "{");
    writeFileSync(join(ranges, "gcp.ranges.json"), JSON.stringify({ version: 9 }));
    const { stdout, stderr } = await run();
    expect(stdout).toContain("fastly");
    expect(stderr).toContain("aws.ranges.json cannot be read");
    expect(stderr).toContain("gcp.ranges.json cannot be read: is no table of this version");
    expect(readRanges(ranges).tables.map(({ id }) => id)).toEqual(["fastly"]);
  });
});

describe("probity ranges update --from", () => {
  test("a table of one's own keeps its label", async () => {
    const { run, ranges, put, from } = place();
    const prefixes = [{ prefix: "192.0.2.0/24", provider: "ovh", region: "rbx" }];
    put("My table.json", JSON.stringify({ label: "made up", covers: ["ovh"], prefixes }));
    expect((await run("update", "--from", from)).code).toBe(0);
    expect(readRanges(ranges).tables).toMatchObject([
      { id: "own-my-table", origin: "table", label: "made up", covers: ["ovh"] },
    ]);
  });

  test("what is wrong leaves the older table in its place, and exits 3", async () => {
    const { run, ranges, put, from } = place();
    put("fastly.json", FASTLY);
    await run("update", "--from", from);
    const before = readFileSync(join(ranges, "fastly.ranges.json"), "utf8");
    put("fastly.json", '{"addresses": ["0.0.0.0/0"], "ipv6_addresses": []}');
    put("upcloud-as202053.json", routesOf("202053"));
    put("strange.json", "[]");
    const { code, stderr } = await run("update", "--from", from);
    expect(code).toBe(3);
    expect(stderr).toContain("fastly: it has not the documented shape: addresses.0");
    expect(stderr).toContain("upcloud: beside it is no upcloud-as25697.json");
    expect(stderr).toContain("strange: ");
    expect(readFileSync(join(ranges, "fastly.ranges.json"), "utf8")).toBe(before);
    expect(readdirSync(ranges)).toEqual(["fastly.ranges.json"]);
  });

  test.each([
    ["a path that is not there", "nowhere", "there is no such file or folder"],
    ["an empty folder", ".", "expected files such as aws.json"],
  ])("%s is the user's to mend", async (_, path, says) => {
    const { run, from } = place();
    const { code, stderr } = await run("update", "--from", join(from, path));
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe("fetching", () => {
  async function updates(pages: Readonly<Record<string, string>>): Promise<readonly Update[]> {
    const found: Update[] = [];
    const fetch = (url: string) => {
      const page = pages[url];
      return page === undefined ? Promise.reject(new Error("no such page")) : Promise.resolve(page);
    };
    const now = () => new Date("2026-06-01T00:00:00Z");
    for await (const update of fetchSources(fetch, now)) found.push(update);
    return found;
  }
  const PAGE = "https://www.microsoft.com/en-us/download/details.aspx?id=56519";
  const FILE =
    "https://download.microsoft.com/download/7/1/d/71d86715-5596/ServiceTags_Public_20260525.json";

  test("one source that fails costs no other", async () => {
    const found = await updates({ "https://api.fastly.com/public-ip-list": FASTLY });
    expect(found.filter((one) => "table" in one).map(({ id }) => id)).toEqual(["fastly"]);
    expect(found).toHaveLength(9);
    expect(found.find(({ id }) => id === "fastly")).toMatchObject({
      table: {
        fetchedAt: "2026-06-01T00:00:00.000Z",
        from: ["https://api.fastly.com/public-ip-list"],
      },
    });
  });

  test("Azure's file is the one that its page names", async () => {
    const found = await updates({ [PAGE]: `<a href="${FILE}">`, [FILE]: AZURE });
    expect(found.find(({ id }) => id === "azure")).toMatchObject({ table: { from: [FILE] } });
  });

  test.each([
    ["no file", "<html>"],
    ["a file of another host", FILE.replace("download.microsoft.com", "evil.example")],
    ["a file in clear text", FILE.replace("https", "http")],
  ])("a page that names %s", async (_, page) => {
    const found = await updates({ [PAGE]: page });
    expect(found.find(({ id }) => id === "azure")).toMatchObject({
      why: `${PAGE} names no such file any more`,
    });
  });
});

describe("a download", () => {
  const authority = makeAuthority();
  const { certPem, keyPem } = authority.issue({
    commonName: "localhost",
    altNames: ["localhost"],
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
  });
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    if (request.url === "/good") response.end("whole");
    else if (request.url === "/moved") response.writeHead(302, { location: "/good" }).end();
    else if (request.url === "/cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write("only this");
      setImmediate(() => response.destroy());
    } else if (request.url === "/other") {
      const head = "Connection: Upgrade\r\nUpgrade: x\r\n\r\n";
      request.socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}`);
    } else if (request.url === "/endless") {
      const more = () => {
        if (!response.destroyed) response.write("x".repeat(65_536), more);
      };
      more();
    } else response.writeHead(503).end();
  });
  let port = 0;
  const get = async (path: string, ca: string | undefined = authority.caPem) => {
    if (!server.listening) {
      server.listen(0, "localhost");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
    }
    const options = { signal: new AbortController().signal, mostBytes: 1_000_000 };
    return download(
      `https://localhost:${port}${path}`,
      ca === undefined ? options : { ...options, ca },
    );
  };
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("gives the whole text", async () => {
    expect(await get("/good")).toBe("whole");
  });

  test.each([
    ["/moved", "status 302"],
    ["/error", "status 503"],
    ["/endless", "larger than 1000000 bytes"],
    ["/other", "another protocol"],
    ["/cut", /breaks off|aborted/],
  ])("%s is no document", async (path, says) => {
    await expect(get(path)).rejects.toThrow(says);
  });

  test("from a server that nobody vouches for it is none", async () => {
    await expect(get("/good", "")).rejects.toThrow(/certificate/i);
  });

  test("in clear text it is not even asked for", () => {
    const options = { signal: new AbortController().signal };
    expect(() => download("http://localhost:1/", options)).toThrow("not fetched over HTTPS");
  });
});

describe("the folder of the tables", () => {
  test.each<[Readonly<Record<string, string>>, string | null]>([
    [{ PROBITY_RANGES: "/r", HOME: "/h" }, "/r"],
    [{ XDG_CACHE_HOME: "/c", HOME: "/h" }, "/c/probity/ranges"],
    [{ HOME: "/h" }, "/h/.cache/probity/ranges"],
    [{ PROBITY_RANGES: "", HOME: "" }, null],
    [{}, null],
  ])("of %j", (environment, expected) => {
    expect(rangesFolder(environment)).toBe(expected);
  });
});
