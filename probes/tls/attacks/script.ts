/** Conversations written down as one script from the first byte to the conclusion. */
import type { Broken } from "../dialogue.ts";
import { createRecordSplitter, type Fault, type RawRecord } from "../tls13-records.ts";
import type { Wire } from "../wire.ts";

/**
 * What is said to a server, step by step: yields what is to be sent (null for nothing), is given each record that comes,
 * and returns what is concluded. The first yield is the hello.
 */
export type Script<R> = Generator<Buffer | null, R, RawRecord>;

/** What a server says breaks TLS, so that the script cannot go on. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

/** What came of a script: its own conclusion, or how the connection ended before there was one. */
export type Fate<R> = R | Broken | Fault;

/** Plays a script over one connection. It never rejects: whatever the server says, a script that fails is `malformed`. */
export async function play<R extends object>(wire: Wire, script: Script<R>): Promise<Fate<R>> {
  const splitter = createRecordSplitter();
  const first = script.next();
  if (first.done === true) return first.value;
  return wire.converse<R | Fault>(first.value ?? Buffer.alloc(0), {
    push: (chunk) => {
      const { records, fault } = splitter.push(chunk);
      const answers: Buffer[] = [];
      for (const record of records) {
        const step = stepOf(script, record);
        if (step.done === true) return step.value;
        if (step.value !== null) answers.push(step.value);
      }
      if (fault !== null) return fault;
      return answers.length === 0 ? null : { send: Buffer.concat(answers) };
    },
    end: () => null,
  });
}

function stepOf<R>(script: Script<R>, record: RawRecord): IteratorResult<Buffer | null, R | Fault> {
  try {
    return script.next(record);
  } catch (error) {
    // Hostile bytes may fail anywhere in the cryptography: none of that may end the scan.
    const why = error instanceof BrokenAnswer ? error.message : "an answer that cannot be read";
    return { done: true, value: { kind: "malformed", why } };
  }
}
