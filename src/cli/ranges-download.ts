import { get } from "node:https";
import { codeOf } from "#probes/tls/errors.ts";

const TIMEOUT_MS = 60_000;
/** The largest of the documents has some 4 MB. */
export const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Fetches a document over HTTPS. No redirect is followed: an address that moved is looked up anew by a person.
 * @param ca certificate authorities besides those of Node, for tests
 * @throws Error that says what went wrong, or the signal's reason
 */
export function download(
  url: string,
  {
    signal,
    ca,
    mostBytes = MOST_BYTES,
  }: { readonly signal: AbortSignal; readonly ca?: string; readonly mostBytes?: number },
): Promise<string> {
  if (new URL(url).protocol !== "https:") throw new Error(`${url} is not fetched over HTTPS`);
  return new Promise((resolve, reject) => {
    const headers = { "User-Agent": "probity", Accept: "*/*" };
    const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const request = get(url, { headers, signal: stop, ...(ca === undefined ? {} : { ca }) });
    const fail = (error: Error) => {
      request.destroy();
      reject(error);
    };
    request.on("error", (error) => {
      if (signal.aborted) reject(signal.reason);
      else if (stop.aborted) reject(new Error("no whole answer within 60 s"));
      else reject(new Error(error.message || codeOf(error)));
    });
    // What would change the protocol is no answer, and else nobody would hear of its end.
    request.on("upgrade", () => fail(new Error("it answers in another protocol")));
    request.on("response", (response) => {
      if (response.statusCode !== 200) {
        fail(new Error(`it answers with status ${response.statusCode ?? 0}`));
        return;
      }
      const chunks: Buffer[] = [];
      let read = 0;
      response.on("data", (chunk: Buffer) => {
        read += chunk.length;
        if (read > mostBytes) fail(new Error(`it is larger than ${mostBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
      response.on("aborted", () => fail(new Error("it breaks off in the middle")));
    });
  });
}
