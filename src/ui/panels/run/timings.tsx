/** How long the runs took, with their spread, before and after. */
import { formatDuration } from '../../../graph-model/format.ts';
import { quantile } from '../../../graph-model/stats/quantile.ts';
import type { RunReport } from '../../store/state.ts';
import { Icon } from '../../kit/icon.tsx';
import type { RunResult } from '../../../runtime/types.ts';
import { BoxPlots, RunBars } from '../parts/charts.tsx';

const PROVIDERS = { wasm: 'WebAssembly', webgpu: 'WebGPU', webnn: 'WebNN' } as const;

export function providerLabel({ provider, threads }: Pick<RunResult, 'provider' | 'threads'>): string {
  const plural = threads === 1 ? 'thread' : 'threads';
  return provider === 'wasm' ? `${PROVIDERS.wasm}, ${threads} ${plural}` : PROVIDERS[provider];
}

export function Timings({ report }: { report: RunReport }) {
  const { original, current, inputs } = report;
  const { timing } = current;
  const spread = `${formatDuration(quantile(timing.runs, 0.05))} – ${formatDuration(quantile(timing.runs, 0.95))}`;
  return (
    <section className="gp-timings" aria-label="Timing">
      <div>
        <h3 className="h3">
          Timing
          <span className="gp-plain">
            {providerLabel(current)} · {timing.runs.length} runs
          </span>
        </h3>
        <dl className="gp-figures gp-three">
          <div>
            <dt>median</dt>
            <dd className="big">{formatDuration(timing.median)}</dd>
          </div>
          <div>
            <dt>5 to 95%</dt>
            <dd>{spread}</dd>
          </div>
          <div>
            <dt>first run</dt>
            <dd>{formatDuration(timing.first)}</dd>
          </div>
        </dl>
        {current.providerNote && (
          <p className="gp-provider-why">
            <Icon name="info" small /> {current.providerNote}
          </p>
        )}
        <p className="muted gp-small ell" title={inputs.map((i) => `${i.name}: ${i.description}`).join('\n')}>
          {inputs.map((i) => `${i.name}: ${i.description}`).join(' · ')}
        </p>
      </div>
      <div>
        {original ? (
          <>
            <Speedup before={original.timing.median} after={timing.median} />
            <BoxPlots
              width={272}
              rows={[
                { label: 'original', runs: original.timing.runs, now: false },
                { label: 'current', runs: timing.runs, now: true },
              ]}
            />
            <p className="muted gp-small">Box: middle half; bar: median; line: 5 to 95%.</p>
          </>
        ) : (
          <>
            <RunBars runs={timing.runs} width={272} />
            <p className="muted gp-small">Each run in order; dashed: median. Amber: over 1.5 times the median.</p>
          </>
        )}
      </div>
    </section>
  );
}

/** Differences under 3% are within what timing here can tell. */
export function Speedup({ before, after }: { before: number; after: number }) {
  const ratio = before / after;
  const same = Math.abs(1 - ratio) < 0.03;
  const tone = same ? 'muted' : ratio > 1 ? 'ok strong' : 'warn strong';
  const words = same
    ? 'as fast as before'
    : ratio > 1
      ? `${ratio.toFixed(2)}× faster`
      : `${(1 / ratio).toFixed(2)}× slower`;
  return (
    <div className="row gp-small">
      <span className="muted">original {formatDuration(before)}</span>
      <span className="grow" />
      <span className={tone}>{words}</span>
    </div>
  );
}
