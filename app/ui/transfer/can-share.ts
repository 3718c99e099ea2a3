import { sharesPictures } from '../../../lib/storage/save-file.ts';

/** On phones: a desktop's share sheet has nothing that downloads and folders lack. */
export const canShareHere = (): boolean => window.matchMedia('(pointer: coarse)').matches && sharesPictures();
