import { Logo } from '../kit/icon.tsx';

export function TopBar() {
  return (
    <header className="top">
      <span className="brand">
        <Logo />
        Graphwright
      </span>
    </header>
  );
}
