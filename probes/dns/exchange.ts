/** One question to one resolver: over UDP, and over TCP where the answer does not fit (RFC 7766). */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { oneAnswer } from "#probes/common/one-answer.ts";
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
  limits: Limits,
): Promise<Answer> {
  limits.signal.throwIfAborted();
  // The port is the system's, which takes one by chance.
  const bytes = encodeQuestion(question, randomInt(0x1_00_00));
  const answer = decodeAnswer(await overUdp(bytes, server, limits), bytes);
  if (!answer.truncated) return answer;
  const whole = decodeAnswer(await overTcp(bytes, server, limits), bytes);
  if (whole.truncated) throw new DnsError("malformed", "the DNS answer is truncated over TCP too");
  return whole;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function overUdp(question: Buffer, server: Server, limits: Limits): Promise<Buffer> {
  return oneAnswer(limits, ({ resolve, reject, isOpen }) => {
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    let strays = 0;
    socket.on("error", reject);
    // Connected, the system lets in what comes from there alone.
    socket.connect(server.port, server.address, () => {
      if (isOpen()) socket.send(question, (error) => error && reject(error));
    });
    socket.on("message", (bytes) => {
      if (answersTo(bytes, question)) resolve(bytes);
      else if ((strays += 1) >= MOST_STRAYS) {
        reject(new DnsError("malformed", `${at(server)} answers with what was not asked`));
      }
    });
    return { close: () => socket.close(), late: () => reject(late(server)) };
  });
}

function overTcp(question: Buffer, server: Server, limits: Limits): Promise<Buffer> {
  return oneAnswer(limits, ({ resolve, reject }) => {
    const socket = connect({ host: server.address, port: server.port });
    const chunks: Buffer[] = [];
    let read = 0;
    const malformed = (what: string) => reject(new DnsError("malformed", `${at(server)} ${what}`));
    socket.on("error", reject);
    socket.on("close", () => malformed("breaks off in its DNS answer over TCP"));
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
      if (answersTo(answer, question)) resolve(answer);
      else malformed("answers over TCP with what was not asked");
    });
    return { close: () => socket.destroy(), late: () => reject(late(server)) };
  });
}

function late(server: Server): DnsError {
  return new DnsError("timeout", `the resolver ${at(server)} does not answer in time`);
}

/** A resolver in the words of a message. */
export function at({ address, port }: Server): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
