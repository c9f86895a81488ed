export const KIB = 1024;
export const MIB: number = 1024 * KIB;

export function sizeLabel(bytes: number): string {
  if (bytes >= MIB) return `${bytes / MIB} MiB`;
  return bytes >= KIB ? `${bytes / KIB} KiB` : `${bytes} B`;
}
