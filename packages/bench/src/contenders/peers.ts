import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * A contender's binaries. They are not among this repository's dependencies, optional ones neither: the two take more
 * than 350 MB, and everybody's install would bring them. So the bench fetches them when it first needs them.
 */
export interface Peer {
  readonly package: string;
  readonly version: string;
  /** Where it is put: no other tool looks there, and nothing there is committed. */
  readonly folder: string;
}

const folderOf = (name: string): string =>
  fileURLToPath(new URL(`../../node_modules/.cache/peers/${name}/`, import.meta.url));

export const UWEBSOCKETS: Peer = { package: "uwebsockets", version: "3.0.6", folder: folderOf("uwebsockets") };

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x64", arm64: "aarch64" };

/** Bun's package for this machine holds the program itself, and nothing runs when it is installed. */
const bunPackage = `@oven/bun-${process.platform === "win32" ? "windows" : process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;

export const BUN: Peer & { readonly program: string } = {
  package: bunPackage,
  version: "1.4.4",
  folder: folderOf("bun"),
  program: join(folderOf("bun"), "node_modules", bunPackage, "bin", process.platform === "win32" ? "bun.exe" : "bun"),
};

/** Fetches a peer unless it is there. @returns why it cannot be had, if it cannot. */
export async function fetchPeer(peer: Peer, say: (line: string) => void): Promise<string | undefined> {
  if (installedVersion(peer) === peer.version) return undefined;
  say(`Fetching ${peer.package} ${peer.version}, this once`);
  mkdirSync(peer.folder, { recursive: true });
  // In the folder, where npm finds no manifest of ours. A registry that is out of reach is told of at once.
  const args = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const npm = spawn("npm", [...args, "--prefix", ".", `${peer.package}@${peer.version}`], {
    cwd: peer.folder,
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  npm.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  try {
    const [code] = await once(npm, "close");
    if (code === 0) return undefined;
  } catch (error) {
    complaint = (error as Error).message;
  }
  const [line = "npm failed"] = complaint.split("\n").filter((each) => each.includes("error") || each.includes("npm"));
  return `${peer.package} ${peer.version} cannot be fetched: ${line.replace(/^npm (error|ERR!) (code )?/, "")}`;
}

function installedVersion(peer: Peer): string | undefined {
  try {
    const manifest = readFileSync(join(peer.folder, "node_modules", peer.package, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return undefined;
  }
}
