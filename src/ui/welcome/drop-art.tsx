import { LEFT, RIGHT, type Art } from './art.ts';

/** Two quiet graphs, cut off by the edges of the drop zone. */
export function DropArt() {
  return (
    <>
      <svg className="drop-art" viewBox="0 0 686 318" preserveAspectRatio="xMinYMid slice" aria-hidden="true">
        <g transform="translate(-6 0)">
          <Side art={LEFT} />
        </g>
      </svg>
      <svg className="drop-art" viewBox="0 0 686 318" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
        <g transform="translate(548 0)">
          <Side art={RIGHT} />
        </g>
      </svg>
    </>
  );
}

function Side({ art }: { art: Art }) {
  return (
    <>
      <path d={art.edges} />
      {art.boxes.map(([x, y, width, category, text]) => (
        <g key={`${x} ${y}`}>
          <rect className="box" x={x} y={y} width={width} height={14} rx={3} />
          <rect x={x} y={y} width={3} height={14} rx={1.5} fill={`var(--cat-${category})`} opacity={0.75} />
          <rect className="text" x={x + 9} y={y + 5.5} width={text} height={3} rx={1.5} />
        </g>
      ))}
    </>
  );
}
