/** Exports of Azure Custom Vision. */
import { entry as e } from './entry.ts';

export const CUSTOM_VISION = {
  'custom-vision.no-detector': e(
    'error',
    'Boxes and suppression cannot be added: {why}.',
    'Open the whole export of a Custom Vision detector, its metadata_properties.json included.',
  ),
} as const;
