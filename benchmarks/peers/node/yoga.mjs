// The page by GraphQL Yoga, as its documentation shows it.
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import { ready, resolvers, typeDefs } from "./page.mjs";

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }) });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => ready(server.address().port));
