/** One question to one resolver: over UDP, and over TCP where the answer does not fit (RFC 7766). */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { DnsError } from "./errors.ts";
import { type Answer, answersTo, decodeAnswer, encodeQuestion, type Question } from "./wire.ts";

/** Where a resolver is. */
export interface Server {
  /** IP address without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Packets that are not the answer are passed over; so many are a flood. */
const MOST_STRAYS = 100;

/**
 * Asks once. Id and port are of chance, and what is not from the server, or not the answer to the question, counts for
 * nothing (RFC 5452 9).
 * @throws DnsError, what the socket throws, or the signal's reason
 */
export async function exchange(
  question: Question,
  server: Server,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const { signal } = limits;
  signal.throwIfAborted();
  // The port is the system's, which takes one by chance.
  const bytes = encodeQuestion(question, randomInt(0x1_00_00));
  const answer = decodeAnswer(await overUdp(bytes, server, limits), bytes);
  if (!answer.truncated) return answer;
  const whole = decodeAnswer(await overTcp(bytes, server, limits), bytes);
  if (whole.truncated) throw new DnsError("malformed", "the DNS answer is truncated over TCP too");
  return whole;
}

function overUdp(
  question: Buffer,
  server: Server,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    let strays = 0;
    let open = true;
    const settle = (act: () => void) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.close();
      act();
    };
    const stop = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(late(server))), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    socket.on("error", (error) => settle(() => reject(error)));
    // Connected, the system lets in what comes from there alone.
    socket.connect(server.port, server.address, () => {
      if (open) socket.send(question, (error) => error && settle(() => reject(error)));
    });
    socket.on("message", (bytes) => {
      if (answersTo(bytes, question)) settle(() => resolve(bytes));
      else if ((strays += 1) >= MOST_STRAYS) {
        const message = `${at(server)} answers with what was not asked`;
        settle(() => reject(new DnsError("malformed", message)));
      }
    });
  });
}

function overTcp(
  question: Buffer,
  server: Server,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    const chunks: Buffer[] = [];
    let read = 0;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.destroy();
      act();
    };
    const stop = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(late(server))), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    socket.on("error", (error) => settle(() => reject(error)));
    socket.on("close", () => {
      const message = `${at(server)} breaks off in its DNS answer over TCP`;
      settle(() => reject(new DnsError("malformed", message)));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(question.length);
    socket.on("connect", () => socket.write(Buffer.concat([length, question])));
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      read += chunk.length;
      if (read < 2) return;
      // At most 65535 bytes by the two that tell its length; what comes after is not taken in.
      const bytes = Buffer.concat(chunks);
      const end = 2 + bytes.readUInt16BE(0);
      if (bytes.length < end) return;
      const answer = bytes.subarray(2, end);
      settle(() => {
        if (answersTo(answer, question)) resolve(answer);
        else {
          const message = `${at(server)} answers over TCP with what was not asked`;
          reject(new DnsError("malformed", message));
        }
      });
    });
  });
}

function late(server: Server): DnsError {
  return new DnsError("timeout", `the resolver ${at(server)} does not answer in time`);
}

/** A resolver in the words of a message. */
export function at({ address, port }: Server): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
