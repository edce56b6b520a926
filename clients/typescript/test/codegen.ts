/** What the tests of the client are typed by. */

import { siyu } from "../src/codegen.js";

export default {
  schema: "../../schema/schema.graphql",
  documents: "test/documents/*.graphql",
  generates: { "test/gql/": siyu() },
};
