import { Icon } from '../kit/icon.tsx';
import { useStore } from '../store/store.ts';

export function StatusBar() {
  const announcement = useStore((s) => s.announcement);
  return (
    <footer className="status">
      <span className="ok">
        <Icon name="lock" small />
        Nothing uploaded
      </span>
      <output aria-live="polite">{announcement}</output>
    </footer>
  );
}
