import { useEffect, useState } from 'react';
import { useStore as useZustand } from 'zustand';
import { formatBytes } from '../../graph-model/format.ts';
import { ago } from '../bars/format.ts';
import { useCommand } from '../commands/use-commands.ts';
import { OpeningCard } from '../files/cards.tsx';
import type { Sample } from '../files/files.ts';
import type { RecentEntry } from '../files/recent.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Chip } from '../kit/chip.tsx';
import { Glyph, Icon } from '../kit/icon.tsx';
import { GLYPHS, type GlyphName } from '../../graph-view/glyphs.ts';
import { useFiles, useStore } from '../store/store.ts';
import { DropArt } from './drop-art.tsx';
import { FORMATS } from './formats.ts';
import './welcome.css';

export function Welcome({ over }: { over: boolean }) {
  return (
    <main className="welcome" tabIndex={-1}>
      <div className="welcome-grid">
        <section aria-labelledby="welcome-title">
          <h1 id="welcome-title">Open a model</h1>
          <p className="welcome-lead">See its graph, edit it, optimise it for your hardware, prove it by running it.</p>
          <DropZone over={over} />
          <p className="welcome-promise">
            <Icon name="lock" />
            Your model never leaves this tab. There is no server to send it to.
          </p>
          <Formats />
        </section>
        <section className="welcome-right" aria-label="Recent models and samples">
          <RecentList />
          <Samples />
        </section>
      </div>
    </main>
  );
}

function DropZone({ over }: { over: boolean }) {
  const busy = useStore((s) => s.failure !== null || s.jobs.some((j) => j.kind === 'open'));
  return (
    <div className={over ? 'drop-zone over' : 'drop-zone'}>
      <DropArt />
      {busy ? (
        <div style={{ position: 'relative', width: 'min(400px, 90%)' }}>
          <OpeningCard />
        </div>
      ) : (
        <DropInvitation />
      )}
    </div>
  );
}

function DropInvitation() {
  const open = useCommand('open');
  const folder = useCommand('open-folder');
  const fresh = useCommand('new');
  return (
    <div className="drop-middle">
      <div className="drop-mark">
        <Icon name="up" />
      </div>
      <p className="drop-title">Drop a file, a folder or several files</p>
      <p className="drop-note">Any size: weights are read in place, when they are needed.</p>
      <div className="drop-buttons">
        <Button kind="primary" size="lg" keys={open.keys} onClick={open.press}>
          {open.label}
        </Button>
        <Button size="lg" onClick={folder.press}>
          {folder.label}
        </Button>
        <Button kind="ghost" size="lg" onClick={fresh.press}>
          {fresh.label}
        </Button>
      </div>
    </div>
  );
}

function Formats() {
  return (
    <dl className="formats">
      {FORMATS.map((group) => (
        <div key={group.label} style={{ display: 'contents' }}>
          <dt>{group.label}</dt>
          <dd>
            {group.formats.map((name) => (
              <Chip key={name}>{name}</Chip>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function RecentList() {
  const { recent } = useFiles();
  const entries = useZustand(recent.state, (s) => s.entries);
  return (
    <>
      <div className="welcome-head">
        <h2>Recent</h2>
        <span className="grow" />
        <span className="muted">kept in this browser</span>
        {entries.length > 0 && (
          <Button kind="link" onClick={() => void recent.clear()}>
            Clear
          </Button>
        )}
      </div>
      <ul className="welcome-list">
        {entries.length === 0 && (
          <li className="welcome-none">Models that you open are listed here, on this device only.</li>
        )}
        {entries.slice(0, 6).map((entry) => (
          <RecentRow key={entry.id} entry={entry} />
        ))}
      </ul>
    </>
  );
}

function RecentRow({ entry }: { entry: RecentEntry }) {
  const files = useFiles();
  const how = howKept(entry);
  return (
    <li>
      <button
        type="button"
        className="recent"
        title={`${entry.name}: ${how}`}
        onClick={() => void files.openRecent(entry)}
      >
        <span className="muted">
          <Icon name={entry.folder ? 'folder' : 'file'} />
        </span>
        <span style={{ minWidth: 0 }}>
          <span className="recent-name ell" style={{ display: 'block' }}>
            {entry.name}
          </span>
          <span className="small-text">{entry.detail}</span>
        </span>
        <span className="mono dim r">{formatBytes(entry.size)}</span>
        <span className="small-text r">{ago(entry.time)}</span>
      </button>
      <IconButton
        icon="close"
        size="small"
        className="recent-remove"
        label={`Take ${entry.name} off the list`}
        onClick={() => void files.recent.remove(entry.id)}
      />
    </li>
  );
}

function howKept(entry: RecentEntry): string {
  if (entry.files) return 'a copy is kept in this browser';
  return entry.handles ? 'opened again from your disk' : 'too large to keep a copy of; choose the file again';
}

function Samples() {
  const files = useFiles();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let here = true;
    void files.samples().then((found) => here && setSamples(found));
    return () => {
      here = false;
    };
  }, [files]);
  if (samples.length === 0) return null;
  return (
    <>
      <h2 style={{ marginTop: 24 }}>Samples</h2>
      <ul className="samples">
        {samples.map((sample) => (
          <li key={sample.id}>
            <button type="button" className="sample" onClick={() => void files.openSample(sample)}>
              <span className="sample-title">
                <Glyph name={glyphOf(sample)} size={14} />
                <span className="ell">{sample.title}</span>
              </span>
              <span className="small-text">{sample.subtitle}</span>
              <span className="small-text">{[sample.detail, formatBytes(sample.size)].filter(Boolean).join(', ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

const glyphOf = (sample: Sample): GlyphName => (sample.glyph in GLYPHS ? (sample.glyph as GlyphName) : 'const');
