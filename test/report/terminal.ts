import { displayWidth } from "#report/width.ts";

// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[[0-9;]+m/g;
const ACTS_ON_A_TERMINAL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Indent, and the mark or label that a line may begin with. */
const LEAD =
  /^ *(?:[✓✗?•–] |\d+\. )?(?:(?:[A-Z][A-Za-z-]*(?: [A-Za-z]+)?|TLSv1\.\d|SSLv\d|weak|broken|recommended):? +)?/;

export function withoutColour(text: string): string {
  return text.replaceAll(SGR, "");
}

/** What is wrong with a text for a terminal of so many columns; empty when nothing is. */
export function terminalFaults(text: string, width: number, colour: boolean): string[] {
  const plain = colour ? withoutColour(text) : text;
  const faults: string[] = [];
  if (!plain.endsWith("\n") || plain.endsWith("\n\n")) faults.push("does not end in one newline");
  for (const line of plain.slice(0, -1).split("\n")) {
    const hostile = ACTS_ON_A_TERMINAL.exec(line);
    if (hostile !== null) {
      faults.push(`U+${hostile[0].codePointAt(0)?.toString(16) ?? ""} in ${JSON.stringify(line)}`);
    }
    if (line !== line.trimEnd()) faults.push(`trailing space in ${JSON.stringify(line)}`);
    const isOneWord = !line.replace(LEAD, "").includes(" ");
    if (displayWidth(line) > width && !isOneWord) {
      faults.push(`${displayWidth(line)} columns of ${width}: ${JSON.stringify(line)}`);
    }
  }
  return faults;
}
