// The page by mercurius on Fastify, as its documentation shows it; a fifth argument turns its compiler on.
import Fastify from "fastify";
import mercurius from "mercurius";
import { ready, resolvers, typeDefs } from "./page.mjs";

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, jit: process.argv[6] === "jit" ? 1 : 0 });
await app.listen({ host: "127.0.0.1", port: 0 });
ready(app.server.address().port);
