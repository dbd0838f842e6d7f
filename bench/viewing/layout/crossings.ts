/** Counts proper crossings of drawn lines. */

/** A polyline from one node to another: x, y pairs; NaN is a gap. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly points: ArrayLike<number>;
}

interface Segment {
  readonly line: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * Crossings of lines that share no end, a pair of segments each. Where two lines run in one, whatever crosses them
 * counts twice; lying on each other is no crossing.
 */
export function crossingsOfLines(lines: readonly Line[]): number {
  const active: Segment[] = [];
  let crossings = 0;
  for (const s of segmentsOf(lines).sort((a, b) => Math.min(a.y1, a.y2) - Math.min(b.y1, b.y2))) {
    const top = Math.min(s.y1, s.y2);
    let kept = 0;
    for (const other of active) {
      if (Math.max(other.y1, other.y2) < top) continue;
      active[kept++] = other;
      if (apart(lines[s.line]!, lines[other.line]!) && cross(s, other)) crossings++;
    }
    active.length = kept;
    active.push(s);
  }
  return crossings;
}

/** A node as it is drawn: left, top, right, bottom. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** How often a line runs behind a node that is not its own (more than a pixel inside it): a crossing there is not seen. */
export function passagesBehind(lines: readonly Line[], boxes: readonly Box[]): number {
  let passages = 0;
  for (const line of lines) {
    const segments = segmentsOf([line]);
    boxes.forEach((box, v) => {
      if (v !== line.from && v !== line.to && segments.some((s) => meets(s, box))) passages++;
    });
  }
  return passages;
}

/** Clips the segment at the four sides (Liang and Barsky). */
function meets({ x1, y1, x2, y2 }: Segment, [left, top, right, bottom]: Box): boolean {
  let [from, to] = [0, 1];
  const sides = [
    [x1 - x2, x1 - left - 1],
    [x2 - x1, right - 1 - x1],
    [y1 - y2, y1 - top - 1],
    [y2 - y1, bottom - 1 - y1],
  ] as const;
  for (const [step, room] of sides) {
    if (step === 0 && room <= 0) return false;
    if (step < 0) from = Math.max(from, room / step);
    if (step > 0) to = Math.min(to, room / step);
  }
  return from < to - 1e-6;
}

function segmentsOf(lines: readonly Line[]): Segment[] {
  const segments: Segment[] = [];
  lines.forEach(({ points }, line) => {
    for (let i = 0; i + 3 < points.length; i += 2) {
      const [x1, y1, x2, y2] = [points[i]!, points[i + 1]!, points[i + 2]!, points[i + 3]!];
      if (Number.isFinite(x1 + y1 + x2 + y2)) segments.push({ line, x1, y1, x2, y2 });
    }
  });
  return segments;
}

const apart = (a: Line, b: Line) => a.from !== b.from && a.to !== b.to && a.from !== b.to && a.to !== b.from;

function cross(a: Segment, b: Segment): boolean {
  return side(a, b.x1, b.y1) * side(a, b.x2, b.y2) < 0 && side(b, a.x1, a.y1) * side(b, a.x2, a.y2) < 0;
}

const side = ({ x1, y1, x2, y2 }: Segment, x: number, y: number) =>
  Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));
