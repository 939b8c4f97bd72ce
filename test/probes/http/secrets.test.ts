/** What a web server sends that is nobody's business is kept nowhere, not even in the answers that a scan records. */
import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { RecordedAnswer } from "#gather/context.ts";
import { NO_REDACTION } from "../../support/no-redaction.ts";
import { closeServers, gather, HOST, http, http2, https } from "./kit.ts";

afterEach(closeServers);

/** Of no form by which redaction could know it; and it is switched off, so that the probe itself must drop it. */
const CANARY = "Canary7Xq";
const ALL = ["http", "httpAnswer", "httpService", "authentication", "published"] as const;
const SECURITY_TXT = `Contact: mailto:a@b.example\n# ${CANARY}\nX-Token: ${CANARY}\n${CANARY}`;
const PAGE = `<html><head><!-- ${CANARY} --><meta name="csrf" content="${CANARY}">
  <meta http-equiv="Content-Security-Policy" content="default-src 'self'; report-uri /csp?key=${CANARY}">
  </head><body>${CANARY}<input type="hidden" value="${CANARY}"><script>${CANARY}</script></body></html>`;
const HEADERS = {
  "set-cookie": [`session=${CANARY}; Secure; Path=/${CANARY}; Domain=${CANARY}`, CANARY],
  "www-authenticate": [
    `Basic realm="a, ${CANARY} b", Negotiate ${CANARY}`,
    `Bearer error="x\\", ${CANARY} y"`,
  ],
  "content-security-policy": `default-src 'self'; report-uri https://${HOST}/csp?${CANARY}=${CANARY}, img-src *`,
  "x-token": CANARY,
  authorization: CANARY,
  etag: CANARY,
  server: CANARY,
  link: `<https://${CANARY}>; rel=next`,
  allow: `GET, a b ${CANARY}, "${CANARY}"`,
};
const away = `https://${CANARY}:${CANARY}@${HOST}:444/x;jsessionid=${CANARY}/y?${CANARY}&code=${CANARY}#${CANARY}`;
const on = `//${CANARY}:${CANARY}@${HOST}/page;jsessionid=${CANARY}?${CANARY}&state=${CANARY}#${CANARY}`;

const listener: RequestListener = ({ url = "" }, response) => {
  // As one listener serves both versions, headers are set one by one.
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (url === "/.well-known/security.txt") response.setHeader("content-type", "text/plain");
  if (url === "/away") response.writeHead(302, { location: away }).end(PAGE);
  else if (url === "/broken") response.writeHead(302, { location: `https://${CANARY}@[` }).end();
  else if (url === "/") response.writeHead(302, { location: on }).end(PAGE);
  else response.writeHead(200).end(url === "/.well-known/security.txt" ? SECURITY_TXT : PAGE);
};

describe("a secret is in no answer, observation or problem", () => {
  test.each([
    ["HTTP/1.1", https],
    ["HTTP/2", http2],
  ] as const)("of %s", async (version, listen) => {
    const answers: RecordedAnswer[] = [];
    const settings = { redactor: NO_REDACTION, record: (one: RecordedAnswer) => answers.push(one) };
    const clear = await http((_, response) => {
      response.writeHead(301, { ...HEADERS, location: away }).end(PAGE);
    });
    const port = await listen(listener);
    const fields = {
      connect: { host: "127.0.0.1", port, httpPort: clear },
      protected: ["/", "/away", "/broken"],
    };
    const gathered = await gather(port, ALL, fields, settings);
    expect(gathered.problems).toEqual([]);
    expect(gathered.observations.map(({ facet }) => facet)).toEqual([...ALL]);
    expect(gathered.observations).toMatchObject([
      {
        value: {
          clearText: "redirects-to-https",
          location: `https://${HOST}:444/x;jsessionid=…/y?…&code=…`,
        },
      },
      {
        value: {
          version,
          hops: [{ location: `https://${HOST}/page;jsessionid=…?…&state=…` }, { status: 200 }],
          schemes: ["Basic", "Negotiate", "Bearer"],
          content: { metaPolicies: ["default-src 'self'; report-uri /csp?…"] },
        },
      },
      { value: { methods: ["GET"], securityTxt: { status: "found" } } },
      { value: { looks: [{}, {}, { visit: { end: "no-address" } }] } },
      {},
    ]);
    // What is asked, what OPTIONS gets, security.txt, and HTTP/1.1 by itself where HTTP/2 was chosen.
    expect(answers.length).toBeGreaterThanOrEqual(6);
    expect(JSON.stringify({ ...gathered, answers })).not.toContain(CANARY);
  });
});
