import type { Application } from "@sluice/server";
import { jsonConverter, WebSockets } from "@sluice/server";
import { integer, number, object, pipe, string } from "valibot";

/** What a customer is, said once: the messages are checked against it, and the compiler knows it too. */
const Customer = object({ id: pipe(number(), integer()), firstName: string(), lastName: string() });

/** Sends values and receives them, as JSON. */
export function customers(app: Application): void {
  app.install(WebSockets, { contentConverter: jsonConverter() });
  app.routing((routing) => {
    routing.webSocket("/customer/1", async (session) => {
      await session.sendSerialized({ id: 1, firstName: "Jane", lastName: "Smith" });
    });

    routing.webSocket("/customer", async (session) => {
      const { id, firstName } = await session.receiveDeserialized(Customer);
      await session.send(`${firstName} is customer ${id}`);
    });
  });
}
