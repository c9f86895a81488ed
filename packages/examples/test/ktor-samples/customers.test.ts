import { expect, test } from "vitest";
import { customers } from "../../src/ktor-samples/customers.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

test("sends a customer as JSON", async () => {
  const client = await Client.connect((await serve(customers))("/customer/1"));
  expect(JSON.parse(await client.nextText())).toEqual({ id: 1, firstName: "Jane", lastName: "Smith" });
  expect(await client.closed).toBe(1000);
});

test("receives a customer", async () => {
  const client = await Client.connect((await serve(customers))("/customer"));
  const grace = JSON.stringify({ id: 2, firstName: "Grace", lastName: "Hopper" });
  expect(await client.askText(grace)).toBe("Grace is customer 2");
  expect(await client.closed).toBe(1000);
});
