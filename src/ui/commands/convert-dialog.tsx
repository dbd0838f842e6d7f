/** Convert to ONNX: what can be chosen of this model. One row for each option, shown where the model has that choice. */
import { useId, useState, type ReactNode } from 'react';
import type { Model } from '../../graph-model/core/model.ts';
import { channelsLastInputs } from '../../graph-model/edit/input-layout.ts';
import { hasRawGrid } from '../../graph-model/image-input.ts';
import { signatureLabel, signaturesOf } from '../../graph-model/signatures.ts';
import type { ConvertRequest } from '../../workers/protocol.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Icon } from '../kit/icon.tsx';
import { useStore } from '../store/store.ts';
import { InputLayoutField } from './input-layout-field.tsx';
import './refused.css';

interface OptionProps {
  readonly model: Model;
  readonly chosen: ConvertRequest;
  set(part: Partial<ConvertRequest>): void;
}

interface Option {
  readonly id: keyof ConvertRequest;
  /** Whether the model has the choice. */
  offered(model: Model): boolean;
  /** What is chosen before anybody chooses. */
  first?(model: Model): Partial<ConvertRequest>;
  readonly Field: (props: OptionProps) => ReactNode;
}

const OPTIONS: readonly Option[] = [
  {
    id: 'signature',
    offered: (m) => signaturesOf(m).length > 1,
    first: (m) => ({ signature: signaturesOf(m)[0]!.name }),
    Field: Signature,
  },
  {
    id: 'boxes',
    offered: hasRawGrid,
    first: () => ({ boxes: true }),
    Field: Boxes,
  },
  { id: 'inputLayout', offered: (m) => channelsLastInputs(m).length > 0, Field: InputLayoutField },
  { id: 'opset', offered: () => true, Field: Opset },
];

export function ConvertDialog({ onClose }: { onClose(): void }) {
  const model = useStore((s) => s.model);
  return model && <Body key={model.source.fileName} model={model} onClose={onClose} />;
}

function Body({ model, onClose }: { model: Model; onClose(): void }) {
  const convertWith = useStore((s) => s.convertWith);
  const offered = OPTIONS.filter((o) => o.offered(model));
  const [chosen, setChosen] = useState<ConvertRequest>(() =>
    offered.reduce<ConvertRequest>((all, o) => ({ ...all, ...o.first?.(model) }), {}),
  );
  const foot = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button
        kind="primary"
        onClick={() => {
          onClose();
          void convertWith(chosen);
        }}
      >
        Convert
      </Button>
    </>
  );
  return (
    <Dialog title="Convert to ONNX" open onClose={onClose} foot={foot}>
      <div className="gw-convert">
        {offered.map(({ id, Field }) => (
          <Field key={id} model={model} chosen={chosen} set={(part) => setChosen({ ...chosen, ...part })} />
        ))}
      </div>
    </Dialog>
  );
}

/** Which way to call the model becomes the ONNX graph. */
function Signature({ model, chosen, set }: OptionProps) {
  const name = useId();
  return (
    <fieldset>
      <legend className="field-label">Signature: the way to call the model that becomes the ONNX graph</legend>
      <div role="radiogroup" aria-label="Signature" className="choices">
        {signaturesOf(model).map((s) => (
          <label key={s.name} className="choice">
            <input
              type="radio"
              name={name}
              checked={chosen.signature === s.name}
              autoFocus={chosen.signature === s.name}
              onChange={() => set({ signature: s.name })}
            />
            <span>
              <span className="mono strong">{s.name}</span>
              <span className="card-text muted">{signatureLabel(s)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Boxes({ chosen, set }: OptionProps) {
  return (
    <label className="choice">
      <input type="checkbox" checked={chosen.boxes ?? false} onChange={(e) => set({ boxes: e.target.checked })} />
      <span>
        <span className="strong">Give boxes, not the raw grid</span>
        <span className="card-text muted">
          Adds the anchors and leaves overlapping boxes out, as the export’s own script does. The outputs are{' '}
          <span className="mono">detected_boxes</span>, <span className="mono">detected_classes</span> and{' '}
          <span className="mono">detected_scores</span>.
        </span>
      </span>
    </label>
  );
}

const OPSETS = [13, 15, 17, 18, 19, 20, 21, 22, 23];

function Opset({ chosen, set }: OptionProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="field-label">
        Opset
      </label>
      <span className="field gw-convert-opset">
        <select
          id={id}
          value={chosen.opset ?? ''}
          onChange={(e) => set({ opset: e.target.value === '' ? undefined : Number(e.target.value) })}
        >
          <option value="">The oldest that says it well</option>
          {OPSETS.map((o) => (
            <option key={o} value={o}>
              {o}
            </option>
          ))}
        </select>
        <Icon name="down" tiny />
      </span>
    </div>
  );
}
