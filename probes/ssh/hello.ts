/** The beginning of every SSH connection: identification and KEXINIT of both sides (RFC 4253 4.2, 7.1). */
import { randomBytes } from "node:crypto";
import { plain } from "#model/text.ts";
import { SshReader } from "#probes/common/ssh-reader.ts";
import { type Connection } from "./connection.ts";
import { SshError } from "./errors.ts";
import { string, uint32 } from "./fields.ts";

export const MESSAGE = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  kexInit: 20,
} as const;

/** The lists of a KEXINIT, in its order. */
export interface Lists {
  readonly keyExchanges: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphersToServer: readonly string[];
  readonly ciphersToClient: readonly string[];
  readonly macsToServer: readonly string[];
  readonly macsToClient: readonly string[];
  readonly compressionsToServer: readonly string[];
  readonly compressionsToClient: readonly string[];
}

/** What a server says first. */
export interface Hello {
  /** Its identification as it came, without the line's end. */
  readonly identification: Buffer;
  /** `2.0`, or `1.99` where it speaks SSH 1 too. */
  readonly protocol: "2.0" | "1.99";
  /** What it calls itself, bounded and escaped. */
  readonly software: string;
  readonly lists: Lists;
  /** The payload, which the exchange's hash covers. */
  readonly kexInit: Buffer;
}

/** Who we are; no version, as none would help the server. */
export const IDENTIFICATION = "SSH-2.0-probity";

/** Lines that a server may send before its identification, and all their bytes. */
const MOST_LINES = 50;
const MOST_BYTES = 16_384;
/** As long as the identification may be (RFC 4253 4.2: 255 with its end), and what OpenSSH bears of the lines before. */
const LONGEST_LINE = 8192;
const LONGEST_IDENTIFICATION = 255;
/** Names in one list; the longest that are known have some thirty. */
const MOST_NAMES = 200;
const LONGEST_NAME = 100;
/** Messages without meaning that are passed over. */
const MOST_IGNORED = 20;

/**
 * Greets the server and reads what it says first.
 * @throws SshError where it says something else, or too much of it
 */
export async function readHello(connection: Connection): Promise<Hello> {
  connection.write(Buffer.from(`${IDENTIFICATION}\r\n`));
  const identification = await readIdentification(connection);
  const words = identification.toString("latin1");
  const found = /^SSH-(2\.0|1\.99)-([\x20-\x7E]*)$/.exec(words);
  if (found === null) {
    throw new SshError(
      words.startsWith("SSH-1") ? "unsupported" : "malformed",
      words.startsWith("SSH-1")
        ? `speaks SSH 1 alone, which is broken: ${plain(words, 80)}`
        : `its identification is none: ${plain(words, 80)}`,
    );
  }
  const kexInit = await nextMessage(connection);
  if (kexInit[0] !== MESSAGE.kexInit) {
    throw new SshError("malformed", `sends message ${kexInit[0]} in place of KEXINIT`);
  }
  return {
    identification,
    protocol: found[1] === "1.99" ? "1.99" : "2.0",
    software: plain(found[2] ?? "", 200),
    lists: readLists(kexInit),
    kexInit,
  };
}

/** The first line that begins with `SSH-`; those before are for people. */
async function readIdentification(connection: Connection): Promise<Buffer> {
  let bytes = 0;
  for (let lines = 0; lines <= MOST_LINES && bytes <= MOST_BYTES; lines += 1) {
    const line = await connection.line(LONGEST_LINE);
    bytes += line.byteLength;
    if (!line.subarray(0, 4).equals(Buffer.from("SSH-"))) {
      if (lines === 0 && looksOtherwise(line)) break;
      continue;
    }
    if (line.byteLength > LONGEST_IDENTIFICATION) {
      throw new SshError("malformed", `its identification has ${line.byteLength} bytes`);
    }
    return Buffer.from(line);
  }
  throw new SshError("malformed", "speaks, but sends no identification of SSH");
}

/** Greetings of servers that wait for their own kind of answer, so that nothing more would come. */
function looksOtherwise(line: Buffer): boolean {
  return /^(?:HTTP\/|220[ -]|\* OK|\+OK)/.test(line.toString("latin1"));
}

/**
 * The next message that means something.
 * @throws SshError where the server ends the connection, with its words
 */
export async function nextMessage(connection: Connection): Promise<Buffer> {
  for (let ignored = 0; ignored <= MOST_IGNORED; ignored += 1) {
    const message = Buffer.from(await connection.packet());
    const [type] = message;
    if (type === MESSAGE.disconnect) {
      throw new SshError("denied", `ends the connection: ${plain(disconnection(message), 200)}`);
    }
    if (type !== MESSAGE.ignore && type !== MESSAGE.debug && type !== MESSAGE.unimplemented) {
      return message;
    }
  }
  throw new SshError("malformed", `sends more than ${MOST_IGNORED} messages without meaning`);
}

function disconnection(message: Buffer): string {
  try {
    const reader = new SshReader(message.subarray(1));
    reader.take(4);
    return Buffer.from(reader.bytes()).toString("utf8");
  } catch {
    return "without a reason";
  }
}

function readLists(message: Buffer): Lists {
  const reader = new SshReader(message.subarray(1));
  reader.take(16);
  const names = () => readNames(Buffer.from(reader.bytes()).toString("latin1"));
  const lists: Lists = {
    keyExchanges: names(),
    hostKeys: names(),
    ciphersToServer: names(),
    ciphersToClient: names(),
    macsToServer: names(),
    macsToClient: names(),
    compressionsToServer: names(),
    compressionsToClient: names(),
  };
  const { keyExchanges, hostKeys, ciphersToServer, ciphersToClient } = lists;
  // RFC 4253 7.1: a server of none of these could be neither weak nor strong.
  if (
    [keyExchanges, hostKeys, ciphersToServer, ciphersToClient].some(({ length }) => length === 0)
  ) {
    throw new SshError("malformed", "names no algorithm where there must be one");
  }
  return lists;
}

function readNames(text: string): readonly string[] {
  if (text === "") return [];
  const names = text.split(",", MOST_NAMES + 1);
  const odd = names.find((name) => !/^[\x21-\x7E]+$/.test(name) || name.length > LONGEST_NAME);
  if (names.length > MOST_NAMES || odd !== undefined) {
    throw new SshError("malformed", "its list of algorithms holds what is no name, or too many");
  }
  return names;
}

/** Our KEXINIT: the one method and kind of key that are asked about, and of all else what the server has first. */
export function clientKexInit(theirs: Lists, keyExchange: string, hostKey: string): Buffer {
  const first = (list: readonly string[]) => string(list[0] ?? "none");
  return Buffer.concat([
    Buffer.of(MESSAGE.kexInit),
    randomBytes(16),
    string(keyExchange),
    string(hostKey),
    first(theirs.ciphersToServer),
    first(theirs.ciphersToClient),
    first(theirs.macsToServer),
    first(theirs.macsToClient),
    first(theirs.compressionsToServer),
    first(theirs.compressionsToClient),
    string(""),
    string(""),
    Buffer.of(0),
    uint32(0),
  ]);
}
