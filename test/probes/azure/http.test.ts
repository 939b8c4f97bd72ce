import { Readable } from "node:stream";
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from "@azure/core-rest-pipeline";
import { expect, test } from "vitest";
import { limitedClient, type HttpLimits } from "#probes/azure/http.ts";

const URL_ = "https://arm.example.com/subscriptions";

/** A client whose answer is the stream; what it was asked is kept. */
function client(stream: Readable, limits: Partial<HttpLimits> = {}) {
  const signals: AbortSignal[] = [];
  const inner: HttpClient = {
    sendRequest: (request) => {
      if (request.abortSignal instanceof AbortSignal) signals.push(request.abortSignal);
      const headers = createHttpHeaders();
      return Promise.resolve({ status: 200, headers, request, readableStreamBody: stream });
    },
  };
  const limited = limitedClient(inner, {
    maxBytes: 1000,
    origin: null,
    trust: null,
    signal: new AbortController().signal,
    milliseconds: null,
    ...limits,
  });
  return { limited, signals };
}
/** A stream that gives one piece and then nothing more. */
const stuck = () => new Readable({ read() {} });

test.each(["the request's own signal", "the scan's signal"])(
  "%s ends the reading",
  async (whose) => {
    const own = new AbortController();
    const scan = new AbortController();
    const stream = stuck();
    const { limited, signals } = client(stream, { signal: scan.signal });
    const answer = limited.sendRequest(
      createPipelineRequest({ url: URL_, abortSignal: own.signal }),
    );
    stream.push("{");
    (whose.includes("own") ? own : scan).abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(stream.destroyed).toBe(true);
  },
);

test("an answer that is too long is left, and its connection freed", async () => {
  const stream = stuck();
  const { limited, signals } = client(stream);
  const answer = limited.sendRequest(createPipelineRequest({ url: URL_ }));
  stream.push("x".repeat(1001));
  await expect(answer).rejects.toMatchObject({ failure: { reason: "too-large" } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test("the request comes back as it was", async () => {
  const { signal } = new AbortController();
  const request = createPipelineRequest({ url: URL_, abortSignal: signal });
  const response = await client(Readable.from(["{}"])).limited.sendRequest(request);
  expect(response.bodyAsText).toBe("{}");
  expect(request.abortSignal).toBe(signal);
  expect(signal.aborted).toBe(false);
  expect(request.streamResponseStatusCodes).toBeUndefined();
});

test("a secret that was sent is taken out of what comes back, however it is spelt", async () => {
  const secret = "CAN8Q~ary/secret+x=9 é";
  const form = new URLSearchParams({ client_secret: secret }).toString();
  const echo = [secret, encodeURIComponent(secret), form].join(" ; ");
  const { limited } = client(Readable.from([echo]));
  const response = await limited.sendRequest(createPipelineRequest({ url: URL_, body: form }));
  expect(response.bodyAsText).toBe("[redacted] ; [redacted] ; client_secret=[redacted]");
});
