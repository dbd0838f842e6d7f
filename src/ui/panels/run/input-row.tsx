/** One input of the next run: generated, from a file, or drawn. */
import { useRef } from 'react';
import type { Value } from '../../../graph-model/core/model.ts';
import type { ImageOptions } from '../../../graph-model/image-input.ts';
import { elementArray } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo, typeString } from '../../../graph-model/core/types.ts';
import { formatShape } from '../../../graph-model/format.ts';
import { Button } from '../../kit/button.tsx';
import { Segmented } from '../../kit/segmented.tsx';
import type { InputChoice } from '../../../workers/protocol.ts';
import { isPicture, PictureOptions } from './picture-options.tsx';
import { drawable } from './run-request.ts';
import { DrawingPad } from './drawing-pad.tsx';

export interface InputRowProps {
  readonly value: Value;
  readonly choice: InputChoice;
  /** How the model wants pictures, as far as its metadata says. */
  readonly pictures: ImageOptions;
  readonly choose: (choice: InputChoice) => void;
}

type Kind = InputChoice['kind'];
const ACCEPT = '.npy,.npz,.pb,.json,.csv,.tsv,.txt,.png,.jpg,.jpeg,.webp,.bmp,.gif';

export function InputRow({ value, choice, pictures, choose }: InputRowProps) {
  const file = useRef<HTMLInputElement>(null);
  const { type } = value;
  const picture = type?.kind === 'tensor' ? drawable(type) : null;
  const options: { id: Kind; label: string }[] = [
    { id: 'generated', label: 'Generated' },
    { id: 'file', label: 'File' },
    ...(picture ? [{ id: 'values' as const, label: 'Draw' }] : []),
  ];
  const pick = (kind: Kind) => {
    if (kind === 'generated') choose({ kind });
    else if (kind === 'file') file.current?.click();
    else if (picture && type?.kind === 'tensor') choose(blank(picture.dims, type.dtype));
  };
  return (
    <div
      className="gp-input"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        const dropped = e.dataTransfer.files[0];
        if (!dropped) return;
        // The page opens what is dropped elsewhere as a model; here it is an input.
        e.preventDefault();
        e.stopPropagation();
        choose({ kind: 'file', file: dropped });
      }}
    >
      <div className="row">
        <span className="ell strong grow" title={value.name}>
          {value.name}
        </span>
        <span className="mono muted">
          {type?.kind === 'tensor' ? `${formatShape(type.shape)} ${dtypeInfo(type.dtype).short}` : typeString(type)}
        </span>
      </div>
      <div className="row">
        <Segmented label={`Values of ${value.name}`} options={options} value={choice.kind} onChange={pick} />
        {choice.kind === 'file' && (
          <>
            <span className="ell mono grow" title={choice.file.name}>
              {choice.file.name}
            </span>
            <Button kind="link" onClick={() => file.current?.click()}>
              Replace
            </Button>
          </>
        )}
      </div>
      {choice.kind === 'file' && isPicture(choice.file.name) && type?.kind === 'tensor' && (
        <PictureOptions
          name={value.name}
          said={pictures}
          chosen={choice.image ?? {}}
          usual={/float|double/.test(type.dtype) ? '0..1' : '0..255'}
          choose={(image) => choose({ ...choice, image })}
        />
      )}
      {choice.kind === 'values' && picture && type?.kind === 'tensor' && (
        <DrawingPad
          picture={picture}
          dtype={type.dtype}
          name={value.name}
          onDraw={(tensor, description) => choose({ kind: 'values', tensor, description })}
        />
      )}
      <input
        ref={file}
        type="file"
        hidden
        accept={ACCEPT}
        aria-label={`File for ${value.name}`}
        onChange={(e) => {
          const chosen = e.target.files?.[0];
          if (chosen) choose({ kind: 'file', file: chosen });
          e.target.value = '';
        }}
      />
    </div>
  );
}

function blank(dims: readonly number[], dtype: Parameters<typeof elementArray>[0]): InputChoice {
  const count = dims.reduce((n, d) => n * d, 1);
  return { kind: 'values', tensor: { dtype, dims, values: elementArray(dtype, count) }, description: 'drawn: empty' };
}
