// The documents offered to a newcomer, in the page's menu and in GraphiQL's tabs.

export const EXAMPLES = [
  {
    title: { en: "Who am I?", zh: "我是谁？" },
    query: `query Viewer {
  viewer {
    __typename
  }
}
`,
    variables: ``,
  },
  {
    title: { en: "A leaderboard", zh: "排行榜" },
    query: `query Leaderboard($board: ID!, $window: BoardWindow!, $at: Date) {
  leaderboard(board: $board, window: $window, at: $at) {
    asOf
    exact
    entries(first: 10) {
      edges {
        node {
          rank
          score
          reachedAt
          member {
            id
            nickname
          }
        }
      }
    }
  }
}
`,
    variables: `{
  "board": "points",
  "window": "ALL"
}
`,
  },
  {
    title: { en: "Members, page by page", zh: "会员（分页）" },
    query: `query Members($first: Int!, $after: String) {
  members(first: $first, after: $after) {
    edges {
      node {
        id
        nickname
        joinedAt
        wallet(unit: POINTS) {
          balance
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: `{
  "first": 20
}
`,
  },
];
