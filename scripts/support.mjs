// Writes every page of docs/support from the code's own tables; with `--check` fails where one is old.
import { spawnSync } from 'node:child_process';

const MAKERS = ['generate-standard-support', 'generate-keras-docs', 'generate-support', 'generate-sparkml-support'];
let failed = false;
for (const maker of MAKERS) {
  const args = [`scripts/${maker}.mjs`, ...process.argv.slice(2)];
  failed ||= spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0;
}
process.exit(failed ? 1 : 0);
