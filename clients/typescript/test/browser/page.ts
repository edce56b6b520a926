/** A web page of the shop: it checks in and shows what it was told, now or after it was closed. */

import { createClient, type Answer } from "@siyu/client";
import { webPlatform } from "@siyu/client/web";
import { CheckInDocument, MeDocument } from "../gql/graphql.js";

const show = (what: string, answer: Answer<unknown>): void => {
  const line = document.createElement("li");
  line.textContent = `${what} ${JSON.stringify(answer)}`;
  document.querySelector("#log")!.append(line);
};
const client = createClient({
  url: "/graphql",
  platform: webPlatform(),
  onAnswer: (answer) => show("late", answer),
});

document.querySelector("#me")!.addEventListener("click", async () => show("me", await client.execute(MeDocument)));
document.querySelector("#check-in")!.addEventListener("click", async ({ target }) => {
  const { campaign = "" } = (target as HTMLElement).dataset;
  show("now", await client.submit(CheckInDocument, { input: { campaign } }));
});
