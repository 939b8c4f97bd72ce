// European Union: https://european-union.europa.eu/principles-countries-history/eu-countries_en.
// European Economic Area: the EU with Iceland, Liechtenstein and Norway,
// https://www.efta.int/eea. State of 2026-11-22. Switzerland and the United Kingdom belong to neither.

/** The 27 member states of the European Union, ISO 3166-1 alpha-2. */
export const EU_COUNTRIES: readonly string[] =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");

/** The European Economic Area, ISO 3166-1 alpha-2. Countries with an adequacy decision are not in it. */
export const EEA_COUNTRIES: readonly string[] = [...EU_COUNTRIES, "IS", "LI", "NO"];

/** Areas that a statement may name, with their countries. */
export const AREAS = { eu: EU_COUNTRIES, eea: EEA_COUNTRIES } as const;
