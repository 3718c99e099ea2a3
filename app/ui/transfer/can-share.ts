let shares: boolean | undefined;

/** Asked for each card: once is enough, a `File` costs a busy browser some milliseconds. */
function sharesPictures(): boolean {
  shares ??= navigator.canShare?.({ files: [new File([], 'a.jpg', { type: 'image/jpeg' })] }) ?? false;
  return shares;
}

/** On phones: a desktop's share sheet has nothing that downloads and folders lack. */
export const canShareHere = (): boolean => window.matchMedia('(pointer: coarse)').matches && sharesPictures();
