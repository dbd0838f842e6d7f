/** The part of jsfive that the wrapper uses; the package carries no types. */
declare module 'jsfive' {
  interface Message {
    get(field: string): number;
  }
  export interface DataObjects {
    _attr_value(dtype: string | readonly unknown[], bytes: ArrayBuffer, count: number, offset: number): unknown;
    find_msg_type(type: number): Message[];
    _get_data_message_properties(offset: number): [number, number | undefined, number, number];
  }
  export class Group {
    readonly keys: string[];
    readonly attrs: Record<string, unknown>;
    readonly _dataobjects: DataObjects;
    get(path: string): Group | Dataset | null;
  }
  export class Dataset {
    readonly shape: number[];
    readonly dtype: string | unknown[];
    readonly attrs: Record<string, unknown>;
    readonly value: unknown[];
    readonly _dataobjects: DataObjects;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
}
