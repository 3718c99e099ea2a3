/** On phones: a desktop's share sheet has nothing that downloads and folders lack. */
export function canShareHere(): boolean {
  return (
    window.matchMedia('(pointer: coarse)').matches &&
    navigator.canShare?.({ files: [new File([], 'a.jpg', { type: 'image/jpeg' })] })
  );
}
