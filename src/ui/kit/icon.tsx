import { GLYPHS, type GlyphName, type GlyphShape } from '../../graph-view/glyphs.ts';
import { ICONS, type IconName } from './icons.ts';

/** Decoration only: the control around it carries the name. */
export function Icon({
  name,
  small,
  tiny,
  className = '',
}: {
  name: IconName;
  small?: boolean;
  tiny?: boolean;
  className?: string;
}) {
  const size = tiny ? ' xs' : small ? ' s' : '';
  return (
    <svg className={`i${size} ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

/** The glyph of an operator category, in its colour. */
export function Glyph({ name, size = 12 }: { name: GlyphName; size?: number }) {
  const shape: GlyphShape = GLYPHS[name];
  const { circle } = shape;
  return (
    <svg className={`g cat-${name}`} viewBox="0 0 12 12" style={{ width: size, height: size }} aria-hidden="true">
      {shape.frame && <path d={shape.frame} strokeDasharray="2 1.4" />}
      <path d={shape.lines} strokeWidth={shape.width} />
      {shape.solid && <path d={shape.solid} fill="currentColor" />}
      {circle && <circle cx={circle.x} cy={circle.y} r={circle.r} fill={circle.filled ? 'currentColor' : 'none'} />}
    </svg>
  );
}

/** The mark of the product: a small graph whose result is filled. */
export function Logo() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.7" aria-hidden="true">
      <rect x="7" y="1.6" width="6" height="4.6" rx="1.2" />
      <rect x="1.6" y="13.8" width="6" height="4.6" rx="1.2" />
      <rect x="12.4" y="13.8" width="6" height="4.6" rx="1.2" fill="var(--accent)" stroke="var(--accent)" />
      <path d="M10 6.2v3.3M4.6 13.8V11a1.5 1.5 0 0 1 1.5-1.5h7.8a1.5 1.5 0 0 1 1.5 1.5v2.8" />
    </svg>
  );
}
