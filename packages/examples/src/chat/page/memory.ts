/** What a tab knows about its reader, and still knows after a reload. */
export interface Memory {
  /** A name of this tab's own: the keys of its messages begin with it. */
  readonly tab: string;
  /** The name that was asked for. */
  name: string | undefined;
}

export const memory: Memory = {
  tab: read("tab") ?? write("tab", Math.random().toString(36).slice(2)),
  get name() {
    return read("name");
  },
  set name(name) {
    if (name === undefined) sessionStorage.removeItem("name");
    else write("name", name);
  },
};

function read(key: string): string | undefined {
  return sessionStorage.getItem(key) ?? undefined;
}

function write(key: string, value: string): string {
  sessionStorage.setItem(key, value);
  return value;
}
