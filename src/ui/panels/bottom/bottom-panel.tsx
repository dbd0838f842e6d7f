/** The bottom panel: problems, the optimise report, running, history. */
import type { BottomTab } from '../../store/state.ts';
import { IconButton } from '../../kit/button.tsx';
import { Tabs, type TabItem } from '../../kit/tabs.tsx';
import { useStore } from '../../store/store.ts';
import { OptimiseReport } from '../optimise/optimise-report.tsx';
import { staleness } from '../parts/states.tsx';
import { convertedFrom } from '../../store/trust.ts';
import { RunPanel } from '../run/run-panel.tsx';
import { TrustPanel } from '../trust/trust-panel.tsx';
import { VERDICTS } from '../trust/words.ts';
import { History } from './history.tsx';
import { countBySeverity, Problems } from './problems.tsx';
import '../panels.css';

export function BottomPanel() {
  const tab = useStore((s) => s.bottomTab);
  const setView = useStore((s) => s.setView);
  const steps = useStore((s) => s.history.length);
  // Only of converted models is there anything to say.
  const trusted = useStore((s) => s.bottomTab === 'trust' || s.trust !== null || convertedFrom(s) !== null);
  const items: TabItem<BottomTab>[] = [
    { id: 'problems', label: 'Problems', mark: <ProblemBadges />, body: <Problems /> },
    { id: 'optimise', label: 'Optimise report', mark: <StaleMark of="optimise" />, body: <OptimiseReport /> },
    { id: 'run', label: 'Run', mark: <StaleMark of="run" />, body: <RunPanel /> },
    ...(trusted ? [{ id: 'trust' as const, label: 'Trust', mark: <TrustMark />, body: <TrustPanel /> }] : []),
    {
      id: 'history',
      label: 'History',
      mark: steps > 0 ? <span className="count">{steps}</span> : null,
      body: <History />,
    },
  ];
  return (
    <Tabs
      label="Problems and reports"
      items={items}
      value={tab}
      onChange={(bottomTab) => setView({ bottomTab })}
      end={
        <IconButton
          icon="close"
          label="Close the panel"
          keys="Ctrl J"
          size="small"
          onClick={() => setView({ bottomOpen: false })}
        />
      }
    />
  );
}

function ProblemBadges() {
  const problems = useStore((s) => s.problems);
  const { error, warning, info } = countBySeverity(problems);
  return (
    <>
      {error > 0 && (
        <span className="badge error" title={`${error} errors`}>
          {error}
        </span>
      )}
      {warning > 0 && (
        <span className="badge warn" title={`${warning} warnings`}>
          {warning}
        </span>
      )}
      {error + warning === 0 && info > 0 && <span className="badge">{info}</span>}
    </>
  );
}

/** Says in the tab that its result is older than the model. */
function StaleMark({ of }: { of: 'optimise' | 'run' }) {
  const shown = useStore((s) => s[of]?.model ?? null);
  const model = useStore((s) => s.model);
  const history = useStore((s) => s.history);
  const at = useStore((s) => s.at);
  const stale = shown && staleness(shown, model, history, at);
  return stale ? (
    <span className="badge" title={stale}>
      old
    </span>
  ) : null;
}

/** The verdict in a word, so that the tab tells it while another is shown. */
function TrustMark() {
  const verdict = useStore((s) => s.trust?.report.verdict ?? null);
  if (verdict === null) return null;
  const { short, tone } = VERDICTS[verdict];
  return <span className={`badge gp-trust-mark ${tone}`}>{short}</span>;
}
