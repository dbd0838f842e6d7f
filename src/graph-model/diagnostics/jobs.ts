/** Long work in workers: what stops it. */
import { entry as e } from './entry.ts';

export const JOBS = {
  'job.crashed': e(
    'error',
    'The worker that was to {what} ended unexpectedly{why}.',
    'Nothing is lost: the model is as it was. Try again; a model that needs more memory than the browser gives will fail again.',
  ),
  'job.failed': e(
    'error',
    'Graphwright could not {what}: {why}.',
    'Nothing is changed. If it happens again, please report it with the model.',
  ),
};
