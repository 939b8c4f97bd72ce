/** A standard, framework or protocol that a statement may still name although it has lapsed. */
export interface LapsedStandard {
  readonly name: string;
  /** How English and French statements write it, matched without regard to case. */
  readonly patterns: readonly RegExp[];
  /** Day from which it counts for nothing any more, ISO date. */
  readonly lapsed: string;
  readonly replacedBy: string;
  /** What happened, in a sentence. */
  readonly why: string;
  /** Where that is published. */
  readonly source: string;
}

export const LAPSED_STANDARDS: readonly LapsedStandard[] = [
  {
    name: "EU–US Privacy Shield",
    patterns: [/\bprivacy[ -]shield\b/i, /\bbouclier (?:de|des) (?:protection des )?données/i],
    lapsed: "2020-07-16",
    replacedBy: "EU–US Data Privacy Framework (2023-07-10) or standard contractual clauses",
    why: "The Court of Justice declared it invalid (case C-311/18, Schrems II).",
    source: "https://curia.europa.eu/juris/liste.jsf?num=C-311/18",
  },
  {
    name: "Safe Harbour",
    patterns: [/\bsafe[ -]harbou?r\b/i, /\bsphère de sécurité/i],
    lapsed: "2015-10-06",
    replacedBy: "EU–US Data Privacy Framework (2023-07-10) or standard contractual clauses",
    why: "The Court of Justice declared it invalid (case C-362/14, Schrems I).",
    source: "https://curia.europa.eu/juris/liste.jsf?num=C-362/14",
  },
  {
    name: "ISO/IEC 27001:2013",
    patterns: [/\b27001\s?[:(–-]?\s?(?:v\.?|version|edition|édition)?\s?2013\b/i],
    lapsed: "2025-10-31",
    replacedBy: "ISO/IEC 27001:2022",
    why: "The transition period ended: certificates to the 2013 edition are no longer valid (IAF MD 26).",
    source: "https://iaf.nu/iaf_system/uploads/documents/IAF_MD_26_Issue_2_15012023.pdf",
  },
  {
    name: "Directive 95/46/EC",
    patterns: [/\b95\/46\/(?:EC|CE)\b/i],
    lapsed: "2018-05-25",
    replacedBy: "Regulation (EU) 2016/679 (GDPR)",
    why: "The GDPR repealed it (article 94).",
    source: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
  },
  {
    name: "SSL 2.0",
    patterns: [/\bSSL\s?v?2(?:\.0)?\b/i],
    lapsed: "2011-03-01",
    replacedBy: "TLS 1.2 or later",
    why: "RFC 6176 prohibits it.",
    source: "https://www.rfc-editor.org/rfc/rfc6176",
  },
  {
    name: "SSL 3.0",
    patterns: [/\bSSL\s?v?3(?:\.0)?\b/i],
    lapsed: "2015-06-01",
    replacedBy: "TLS 1.2 or later",
    why: "RFC 7568 deprecates it: it must not be used.",
    source: "https://www.rfc-editor.org/rfc/rfc7568",
  },
  {
    name: "TLS 1.0",
    patterns: [/\bTLS\s?v?1\.0\b/i],
    lapsed: "2021-03-23",
    replacedBy: "TLS 1.2 or later",
    why: "RFC 8996 deprecates it: it must not be used.",
    source: "https://www.rfc-editor.org/rfc/rfc8996",
  },
  {
    name: "TLS 1.1",
    patterns: [/\bTLS\s?v?1\.1\b/i],
    lapsed: "2021-03-23",
    replacedBy: "TLS 1.2 or later",
    why: "RFC 8996 deprecates it: it must not be used.",
    source: "https://www.rfc-editor.org/rfc/rfc8996",
  },
];

/** The lapsed standards that a text names and that had lapsed by the given day (ISO date). */
export function lapsedStandards(text: string, asOf: string): readonly LapsedStandard[] {
  return LAPSED_STANDARDS.filter(
    ({ patterns, lapsed }) =>
      lapsed <= asOf.slice(0, 10) && patterns.some((pattern) => pattern.test(text)),
  );
}
