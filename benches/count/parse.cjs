// Runs X's own library over the posts of a file: `node parse.cjs POSTS.json length|entities`.
// Prints the seconds of one round (of the processor, where the system tells), after one that
// warms the code up, and a sum to compare.
const { parseTweet, extractEntitiesWithIndices } = require("twitter-text");
const { readFileSync } = require("node:fs");

const [, , file, what] = process.argv;
const posts = JSON.parse(readFileSync(file, "utf8"));
const measures = {
  length: (post) => parseTweet(post).weightedLength,
  entities: (post) => extractEntitiesWithIndices(post).length,
};
const now = () => {
  try {
    return BigInt(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]);
  } catch {
    return process.hrtime.bigint();
  }
};
const round = () => posts.reduce((sum, post) => sum + measures[what](post), 0);

round();
const start = now();
const sum = round();
const seconds = Number(now() - start) / 1e9;
console.log(JSON.stringify({ seconds, sum }));
