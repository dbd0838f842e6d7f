/** Convert to ONNX: whether pictures are given as the source takes them, or channels first. */
import type { ConvertRequest } from '../../workers/protocol.ts';

interface Props {
  readonly chosen: ConvertRequest;
  set(part: Partial<ConvertRequest>): void;
}

export function InputLayoutField({ chosen, set }: Props) {
  return (
    <label className="choice">
      <input
        type="checkbox"
        checked={chosen.inputLayout === 'channels-first'}
        onChange={(e) => set({ inputLayout: e.target.checked ? 'channels-first' : undefined })}
      />
      <span>
        <span className="strong">Inputs with channels first</span>
        <span className="card-text muted">
          Pictures are given as <span className="mono">NCHW</span>, the order that convolutions of ONNX work in.
          Otherwise inputs stay as the source has them, <span className="mono">NHWC</span>.
        </span>
      </span>
    </label>
  );
}
