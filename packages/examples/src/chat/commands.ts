import type { Frame } from "@sluice/server";
import type { Command } from "./events.js";

const LONGEST_NAME = 24;
const LONGEST_TEXT = 2_000;
const LONGEST_KEY = 64;

/** What was sent cannot be done; the message says why, to whoever sent it. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";

  constructor(
    message: string,
    /** The key of the message that is refused. */
    readonly key?: string,
  ) {
    super(message);
  }
}

/** Reads a command, and trusts nothing about it. @throws Refusal for what is none. */
export function readCommand(frame: Frame): Command {
  if (frame.type !== "text") throw new Refusal("A command is a text message.");
  const command = readObject(frame.readText());
  switch (command["type"]) {
    case "join":
      return { type: "join", name: readName(command["name"]) };
    case "say": {
      const key = readKey(command["key"]);
      return { type: "say", text: readMessage(command["text"], key), key };
    }
    default:
      throw new Refusal('A command is of the type "join" or "say".');
  }
}

function readObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (isObject(value)) return value;
  } catch {
    // No JSON is no object either.
  }
  throw new Refusal("A command is a JSON object.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function readName(value: unknown): string {
  if (typeof value !== "string") throw new Refusal("A name is text.");
  const name = value.trim().replace(/\s+/g, " ");
  if (!fits(name, LONGEST_NAME)) throw new Refusal(`A name has 1 to ${LONGEST_NAME} characters.`);
  // Without these a name could look empty, look like another one, or turn around what stands beside it.
  if (/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) || !/[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) {
    throw new Refusal("A name is made of characters that can be seen.");
  }
  return name;
}

function readMessage(value: unknown, key: string): string {
  if (typeof value !== "string") throw new Refusal("A message is text.", key);
  const text = value.trim();
  if (!fits(text, LONGEST_TEXT)) throw new Refusal(`A message has 1 to ${LONGEST_TEXT} characters.`, key);
  return text;
}

function readKey(value: unknown): string {
  if (typeof value === "string" && fits(value, LONGEST_KEY)) return value;
  throw new Refusal(`A message has a key of 1 to ${LONGEST_KEY} characters.`);
}

/** Counts characters as people do, not UTF-16 units. */
function fits(text: string, most: number): boolean {
  return text !== "" && text.length <= 2 * most && [...text].length <= most;
}
