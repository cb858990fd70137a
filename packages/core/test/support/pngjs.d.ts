/** As much of pngjs as the tests of the picture reader use. */
declare module "pngjs" {
  export interface PngOptions {
    width?: number;
    height?: number;
    colorType?: 0 | 2 | 4 | 6;
    inputColorType?: 2 | 6;
    bitDepth?: 8 | 16;
    filterType?: number;
    bgColor?: { red: number; green: number; blue: number };
  }
  export const PNG: {
    sync: {
      read(bytes: Buffer): { width: number; height: number; data: Buffer };
      write(picture: { width: number; height: number; data: Buffer; gamma?: number }, options?: PngOptions): Buffer;
    };
  };
}
