/** Names of classes from a model's metadata, in the forms that exporters write them. */
import type { Metadata } from '../../../graph-model/core/model.ts';

const KEYS = ['names', 'labels', 'classes', 'class_names', 'class_labels', 'id2label', 'classes_', 'categories'];

/** By class index; null where the metadata names none. */
export function labelsFrom(metadata: Metadata | undefined): readonly string[] | null {
  for (const key of KEYS) {
    const text = metadata?.get(key);
    const labels = text === undefined ? null : parseLabels(text);
    if (labels && labels.length > 1) return labels;
  }
  return null;
}

/** A JSON list or object, a Python dict or list (as Ultralytics writes), or one label a line or between commas. */
export function parseLabels(text: string): string[] | null {
  const clean = text.trim();
  if (clean.startsWith('{') || clean.startsWith('[')) return fromJson(clean) ?? fromPython(clean);
  const parts = clean.split(clean.includes('\n') ? '\n' : ',').map((p) => p.trim());
  return parts.length > 1 ? parts : null;
}

function fromJson(text: string): string[] | null {
  try {
    const value = JSON.parse(text) as unknown;
    if (Array.isArray(value)) return value.map(String);
    return byIndex(Object.entries(value as Record<string, unknown>).map(([k, v]) => [k, String(v)]));
  } catch {
    return null;
  }
}

function fromPython(text: string): string[] | null {
  const string = `'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)"`;
  if (text.startsWith('[')) return [...text.matchAll(new RegExp(string, 'g'))].map((m) => m[1] ?? m[2] ?? '');
  return byIndex(
    [...text.matchAll(new RegExp(`(\\d+)\\s*:\\s*(?:${string})`, 'g'))].map((m) => [m[1]!, m[2] ?? m[3] ?? '']),
  );
}

function byIndex(entries: readonly (readonly [string, string])[]): string[] | null {
  const out: string[] = [];
  for (const [key, label] of entries) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > 100_000) return null;
    out[index] = label;
  }
  return out.length > 0 ? Array.from(out, (l) => l ?? '') : null;
}
