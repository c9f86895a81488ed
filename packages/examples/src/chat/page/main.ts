import type { ChatEvent, ServerEvent } from "../events.js";
import { foldAside } from "./aside.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { ConnectionView } from "./connection-view.js";
import { Conversation } from "./conversation.js";
import { JoinForm } from "./join-form.js";
import { memory } from "./memory.js";
import { People } from "./people.js";
import { countUnread } from "./title.js";
import { TrafficView } from "./traffic-view.js";

const conversation = new Conversation();
const people = new People();
const traffic = new TrafficView();

/** Whether the server knows our name on this connection. */
let joined = false;

/** What was said and not confirmed yet, by key. It is said again after each new join. */
const unconfirmed = new Map<string, string>();

/** The server's room, and the last of its events that this page has: what the history brings again is left out. */
let room: string | undefined;
let lastId = 0;

const connection = new Connection(new URL("chat", location.href.replace(/^http/, "ws")), {
  changed(state) {
    joined = false;
    connectionView.show(state);
  },
  received,
});
const connectionView = new ConnectionView(() => connection.retry());

const joinForm = new JoinForm((name) => {
  memory.name = name;
  if (!connection.isOpen) joinForm.show("You are offline, and join when the connection is back.");
  connection.send({ type: "join", name });
});

const composer = new Composer((text) => {
  const key = `${memory.tab}-${Math.random().toString(36).slice(2)}`;
  unconfirmed.set(key, text);
  conversation.wait(key, text);
  if (joined) connection.send({ type: "say", text, key });
});

function received(event: ServerEvent): void {
  switch (event.type) {
    case "welcome":
      traffic.showCodec(event.codec);
      enter(event.room);
      break;
    case "you":
      joined = true;
      joinForm.hide();
      composer.show(event.name);
      people.markMe(event.name);
      for (const [key, text] of unconfirmed) connection.send({ type: "say", text, key });
      break;
    case "joined":
    case "left":
    case "message":
      happened(event);
      break;
    case "online":
      people.show(event.names);
      break;
    case "traffic":
      traffic.show(event);
      break;
    case "error":
      refused(event.problem, event.key);
      break;
  }
}

/** A new connection begins: to the room that we know, or to a new one because the server was restarted. */
function enter(id: string): void {
  if (id !== room) {
    if (room !== undefined) conversation.notice("The server was restarted.");
    room = id;
    lastId = 0;
  }
  if (memory.name !== undefined) connection.send({ type: "join", name: memory.name });
}

function happened(event: ChatEvent): void {
  const missed = event.id - lastId - 1;
  if (missed < 0) return;
  if (missed > 0 && lastId > 0) conversation.notice(`Events that did not reach you: ${missed}.`);
  lastId = event.id;
  switch (event.type) {
    case "joined":
      conversation.notice("joined", event.at, event.name);
      break;
    case "left":
      conversation.notice("left", event.at, event.name);
      break;
    case "message":
      unconfirmed.delete(event.key);
      conversation.message(event, event.key.startsWith(`${memory.tab}-`));
      countUnread();
      break;
  }
}

function refused(problem: string, key: string | undefined): void {
  const text = key === undefined ? undefined : unconfirmed.get(key);
  if (key !== undefined && text !== undefined) {
    unconfirmed.delete(key);
    conversation.settle(key);
    composer.giveBack(text, problem);
  } else if (!joined) {
    memory.name = undefined;
    joinForm.show(problem);
  }
}

foldAside();
connection.connect();
