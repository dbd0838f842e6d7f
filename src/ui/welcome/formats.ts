/** What can be opened today. A row is here when its converter is in the registry; nothing is promised. */
export interface FormatGroup {
  readonly label: string;
  readonly formats: readonly string[];
}

export const FORMATS: readonly FormatGroup[] = [
  { label: 'Models', formats: ['ONNX'] },
  { label: 'Bundles', formats: ['folder', 'external weights'] },
];
