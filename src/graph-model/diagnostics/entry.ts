/** One row of the catalogue of diagnostics. */
export type Severity = 'error' | 'warning' | 'info';

export interface CatalogueEntry {
  readonly severity: Severity;
  /** One sentence: what and where. `{name}` is filled from the diagnostic's params. */
  readonly text: string;
  /** What the user can do about it. */
  readonly help: string;
}

export const entry = (severity: Severity, text: string, help: string): CatalogueEntry => ({ severity, text, help });
