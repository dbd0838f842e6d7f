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
