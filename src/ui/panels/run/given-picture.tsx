/** The picture that went into the run that is shown, in the frame of its input and fitted as it was. */
import { useEffect, useRef, type ReactNode } from 'react';
import { imageOptionsOf, type ImageOptions } from '../../../graph-model/image-input.ts';
import { useStore } from '../../store/store.ts';
import { isPicture } from './picture-options.tsx';
import { inputsOf } from './run-request.ts';

interface Given {
  readonly file: File;
  readonly fit: NonNullable<ImageOptions['fit']>;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

const FITS = { crop: 'cover', pad: 'contain', stretch: 'fill' } as const;
/** The longest side on the screen. */
const SIDE = 248;

/** null where no picture went in. */
function useGiven(): Given | null {
  const report = useStore((s) => s.run);
  if (report === null) return null;
  for (const input of inputsOf(report.model)) {
    const choice = report.request.inputs[input.name];
    if (choice?.kind !== 'file' || !(choice.file instanceof File) || !isPicture(choice.file.name)) continue;
    const lengths = input.type?.kind === 'tensor' ? (input.type.shape ?? []) : [];
    const sides = lengths.filter((d): d is number => typeof d === 'number' && d > 4);
    const [height = 1, width = 1] = sides.slice(-2);
    const { fit = 'crop', zoom = 1 } = { ...imageOptionsOf(report.model.metadata), ...choice.image };
    return { file: choice.file, fit, zoom: fit === 'crop' ? zoom : 1, width, height };
  }
  return null;
}

/** The picture itself: its address lives as long as it is shown. */
function Picture({ file, fit, zoom }: Pick<Given, 'file' | 'fit' | 'zoom'>) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const address = URL.createObjectURL(file);
    if (image.current) image.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [file]);
  return <img ref={image} alt={`${file.name}, as the model gets it`} style={{ objectFit: FITS[fit], scale: zoom }} />;
}

/** `children` lie on the picture, in an SVG of the input's own pixels. Without a picture: the empty frame, if `always`. */
export function GivenPicture({ always, children }: { always?: boolean; children?: ReactNode }) {
  const given = useGiven();
  if (given === null && !always) return null;
  const { width, height } = given ?? { width: 1, height: 1 };
  const scale = SIDE / Math.max(width, height);
  return (
    <div className="gp-given" style={{ width: width * scale, height: height * scale }}>
      {given && <Picture {...given} />}
      {children}
    </div>
  );
}
