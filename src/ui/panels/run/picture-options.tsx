/** How a picture that is given as an input is laid out: as the model's metadata says, until somebody chooses otherwise. */
import type { ImageOptions, ImageScale } from '../../../graph-model/image-input.ts';
import { Select } from '../inspector/attribute-editor.tsx';

interface PictureOptionsProps {
  readonly name: string;
  readonly said: ImageOptions;
  readonly chosen: ImageOptions;
  /** 0 to 255 for whole numbers, 0 to 1 for others. */
  readonly usual: ImageScale;
  readonly choose: (options: ImageOptions) => void;
}

const ORDERS = [
  ['RGB', 'RGB'],
  ['BGR', 'BGR'],
] as const;
const SCALES: readonly (readonly [ImageScale, string])[] = [
  ['0..255', '0 to 255'],
  ['0..1', '0 to 1'],
  ['-1..1', '−1 to 1'],
  ['imagenet', 'ImageNet mean and deviation'],
];
const FITS = [
  ['crop', 'Crop'],
  ['pad', 'Pad'],
  ['stretch', 'Stretch'],
] as const;

const listed = (numbers: readonly number[]) => numbers.map((v) => Number(v.toPrecision(5))).join(', ');

/** True for a file that is a picture by its name. */
export const isPicture = (name: string) => /\.(png|jpe?g|webp|bmp|gif)$/i.test(name);

export function PictureOptions({ name, said, chosen, usual, choose }: PictureOptionsProps) {
  const now = { order: 'RGB', scale: usual, fit: 'crop', ...said, ...chosen } as Required<ImageOptions>;
  const set = (part: ImageOptions) => {
    choose({ ...chosen, ...part });
    return null;
  };
  const told = Object.keys(said).length > 0;
  const own = said.own && `(v − ${listed(said.own.mean)}) ÷ ${listed(said.own.std)}`;
  const scales = own ? [...SCALES, ['own', own] as const] : SCALES;
  const fields = [
    { word: 'Channels', value: now.order, options: ORDERS, pick: (v: string) => set({ order: v as 'RGB' }) },
    { word: 'Range', value: now.scale, options: scales, pick: (v: string) => set({ scale: v as ImageScale }) },
    { word: 'Fit', value: now.fit, options: FITS, pick: (v: string) => set({ fit: v as 'crop' }) },
  ];
  return (
    <div className="gp-picture-options">
      {fields.map(({ word, value, options, pick }) => (
        <div key={word} className="gp-picture-option">
          <span className="dim" aria-hidden="true">
            {word}
          </span>
          <Select label={`${word} of ${name}`} value={value} options={options} choose={pick} />
        </div>
      ))}
      {told && <p className="muted gp-small">Set as the model’s metadata says.</p>}
    </div>
  );
}
