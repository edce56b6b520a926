// The page by Apollo Server, as its documentation shows it.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { ready, resolvers, typeDefs } from "./page.mjs";

const server = new ApolloServer({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
ready(new URL(url).port);
