/** The graphs at the sides of the drop zone: edges as one path, boxes as [x, y, width, category, text width]. */

export interface Art {
  readonly edges: string;
  readonly boxes: readonly (readonly [x: number, y: number, width: number, category: string, text: number])[];
}

export const LEFT: Art = {
  edges:
    'M90 -6V22 M90 36V58 M80 72C80 83 46 83 46 94 M90 72V94 M100 72C100 83 129 83 129 94 M46 108C46 121 66 121 66 134 M90 108C90 121 74 121 74 134 M70 148V170 M70 184C70 197 84 197 84 210 M129 108C129 159 100 159 100 210 M90 224V248 M90 262V286 M90 300V330 M84 36V40Q84 44 78 44H18Q10 44 10 52V232Q10 240 18 240H76Q82 240 82 247',
  boxes: [
    [54, 22, 72, 'norm', 27.36],
    [54, 58, 72, 'conv', 27.36],
    [27, 94, 38, 'shape', 14.44],
    [71, 94, 38, 'shape', 14.44],
    [112, 94, 34, 'shape', 12.92],
    [42, 134, 56, 'conv', 21.28],
    [42, 170, 56, 'activation', 21.28],
    [58, 210, 64, 'conv', 24.32],
    [60, 248, 60, 'math', 22.8],
    [54, 286, 72, 'norm', 27.36],
  ],
};

export const RIGHT: Art = {
  edges:
    'M70 -6V16 M70 30V52 M70 66C70 79 40 79 40 92 M70 66C70 97 104 97 104 128 M40 106V128 M40 142C40 155 66 155 66 168 M104 142C104 155 76 155 76 168 M70 182V204 M70 218C70 231 40 231 40 244 M70 218C70 231 104 231 104 244 M40 258C40 271 66 271 66 284 M104 258C104 271 76 271 76 284 M70 298V330',
  boxes: [
    [35, 16, 70, 'conv', 26.6],
    [40, 52, 60, 'activation', 22.8],
    [15, 92, 50, 'conv', 19],
    [15, 128, 50, 'norm', 19],
    [79, 128, 50, 'pool', 19],
    [40, 168, 60, 'shape', 22.8],
    [35, 204, 70, 'conv', 26.6],
    [15, 244, 50, 'activation', 19],
    [79, 244, 50, 'conv', 19],
    [42, 284, 56, 'math', 21.28],
  ],
};
