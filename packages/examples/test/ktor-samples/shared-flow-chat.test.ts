import { expect, test } from "vitest";
import { sharedFlowChat } from "../../src/ktor-samples/shared-flow-chat.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

const arrive = async (url: string): Promise<Client> => {
  const client = await Client.connect(url);
  expect(await client.nextText()).toBe("You are connected to WebSocket!");
  return client;
};

test("everybody hears what anybody says, and goes on to when somebody has left", async () => {
  const url = (await serve(sharedFlowChat))("/ws");
  const [ada, grace, alan] = [await arrive(url), await arrive(url), await arrive(url)];
  expect(await ada.askText("Hello")).toBe("Hello");
  expect(await grace.nextText()).toBe("Hello");
  expect(await alan.nextText()).toBe("Hello");

  alan.socket.close();
  await alan.closed;
  expect(await grace.askText("He has left")).toBe("He has left");
  expect(await ada.nextText()).toBe("He has left");
});
