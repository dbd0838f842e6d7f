/** Files that cannot be read, or not whole. */
import { entry as e } from './entry.ts';

export const FILES = {
  'file.empty': e('error', 'The file {file} is empty.', 'Download or export it again.'),
  'file.html': e(
    'error',
    'The file {file} is a web page, not a model: the download gave an HTML page.',
    'Download the raw file, not its page.',
  ),
  'file.lfs-pointer': e(
    'error',
    'The file {file} is a Git LFS pointer of {bytes} bytes, not the model itself ({size} bytes).',
    'Run `git lfs pull`, or download the file from its page.',
  ),
  'file.missing': e(
    'warning',
    'The file {file} is needed for {count} tensors and has not been opened.',
    'Drop it together with the model.',
  ),
  'file.truncated': e(
    'error',
    'The file {file} ends early: {what} needs {need} bytes from byte {byte}, and {have} are left.',
    'Download or export it again.',
  ),
  'file.unknown': e(
    'error',
    'The file {file} is not a model that Graphwright knows: {why}.',
    'See the list of formats; if it should be one of them, the file may be damaged.',
  ),
  'file.unsafe-path': e(
    'warning',
    "The tensor {tensor} asks for the file {file}, which lies outside the model's folder; it is not opened.",
    'Save the model with a plain file name for its data.',
  ),
};
