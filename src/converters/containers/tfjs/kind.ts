/** Which of TF.js's two formats a model.json is, from its first bytes. */

export type TfjsKind = 'layers' | 'graph';

/** null: no model.json of TF.js. The order of the keys is the writer's; `format` may stand beyond the first bytes. */
export function tfjsKind(head: Uint8Array): TfjsKind | null {
  const text = new TextDecoder('latin1').decode(head).trimStart();
  if (!text.startsWith('{') || !/"(modelTopology|weightsManifest)"\s*:/.test(text)) return null;
  const format = /"format"\s*:\s*"(layers|graph)-model"/.exec(text)?.[1];
  if (format) return format as TfjsKind;
  const topology = text.slice(Math.max(0, text.indexOf('"modelTopology"')));
  if (/"(node|library|versions)"\s*:\s*[[{]/.test(topology) && !/"(class_name|model_config)"/.test(topology))
    return 'graph';
  return 'layers';
}

export const sniffTfjs = (head: Uint8Array, kind: TfjsKind): 0 | 3 => (tfjsKind(head) === kind ? 3 : 0);
