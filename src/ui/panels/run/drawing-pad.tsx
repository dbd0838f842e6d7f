/** A pad to draw a small picture on, for models that read one. */
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { Button } from '../../kit/button.tsx';
import { Select } from '../inspector/attribute-editor.tsx';
import { inkTensor, paint } from './ink.ts';
import type { Picture } from './run-request.ts';

export interface DrawingPadProps {
  readonly picture: Picture;
  readonly dtype: DType;
  readonly name: string;
  readonly onDraw: (tensor: DenseTensor, description: string) => void;
}

const RANGES = { unit: [0, 1], byte: [0, 255], signed: [-1, 1] } as const;
type Range = keyof typeof RANGES;
const RANGE_WORDS: [Range, string][] = [
  ['unit', 'ink 1 on 0'],
  ['byte', 'ink 255 on 0'],
  ['signed', 'ink 1 on −1'],
];
const SIDE = 132;

export function DrawingPad({ picture, dtype, name, onDraw }: DrawingPadProps) {
  const size = picture.height;
  const [ink, setInk] = useState<Float32Array<ArrayBuffer>>(() => new Float32Array(size * size));
  const [range, setRange] = useState<Range>(dtype === 'uint8' ? 'byte' : 'unit');
  const [cursor, setCursor] = useState<number | null>(null);
  const down = useRef(false);
  const give = (next: Float32Array, how = range) =>
    onDraw(inkTensor(next, dtype, picture.dims, RANGES[how]), `drawn, ${size}×${size}`);
  const stroke = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (distance: number, side: number) => (distance / side) * size;
    const next = paint(ink, size, at(event.clientX - box.left, box.width), at(event.clientY - box.top, box.height));
    setInk(next);
    give(next);
  };
  const keys = (event: KeyboardEvent) => {
    const at = cursor ?? Math.floor((size * size + size) / 2);
    const step = { ArrowUp: -size, ArrowDown: size, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) setCursor(Math.max(0, Math.min(size * size - 1, at + step)));
    else if (event.key === ' ') {
      const next = paint(ink, size, (at % size) + 0.5, Math.floor(at / size) + 0.5);
      setInk(next);
      give(next);
    } else return;
    event.preventDefault();
  };
  const clear = () => {
    const blank = new Float32Array(size * size);
    setInk(blank);
    give(blank);
  };
  return (
    <div className="gp-pad">
      <svg
        width={SIDE}
        height={SIDE}
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        role="application"
        aria-label={`Drawing for ${name}: arrows move, space draws`}
        tabIndex={0}
        onKeyDown={keys}
        onBlur={() => setCursor(null)}
        onPointerDown={(e) => {
          down.current = true;
          e.currentTarget.setPointerCapture(e.pointerId);
          stroke(e);
        }}
        onPointerMove={(e) => down.current && stroke(e)}
        onPointerUp={() => (down.current = false)}
      >
        {Array.from(ink, (v, i) =>
          v > 0 ? (
            <rect key={i} className="gp-ink" x={i % size} y={Math.floor(i / size)} width="1" height="1" opacity={v} />
          ) : null,
        )}
        {cursor !== null && (
          <rect className="gp-cursor" x={cursor % size} y={Math.floor(cursor / size)} width="1" height="1" />
        )}
      </svg>
      <div className="gp-pad-side">
        <Select
          label="Values of ink and paper"
          value={range}
          options={RANGE_WORDS}
          choose={(r) => {
            setRange(r as Range);
            give(ink, r as Range);
            return null;
          }}
        />
        <Button size="small" onClick={clear}>
          Clear
        </Button>
      </div>
    </div>
  );
}
