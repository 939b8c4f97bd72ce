/** What a piece of text is, as far as its looks go. The words carry the meaning; colour only helps the eye. */
export type Tone = "title" | "strong" | "faint" | "bad" | "warn" | "good" | "note";

const SGR: Readonly<Record<Tone, string>> = {
  title: "1;4",
  strong: "1",
  faint: "2",
  bad: "1;31",
  warn: "33",
  good: "32",
  note: "36",
};

/** Colours one piece of a line by ANSI SGR codes, closed again within the piece. */
export function paint(text: string, tone: Tone | undefined): string {
  return tone === undefined || text === "" ? text : `\u001b[${SGR[tone]}m${text}\u001b[0m`;
}
