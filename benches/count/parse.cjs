// Runs X's own library over the posts of a file: `node parse.cjs POSTS.json length|entities`.
// Prints the seconds of one round, after one that warms the code up, and a sum to compare.
const { parseTweet, extractEntitiesWithIndices } = require("twitter-text");
const { readFileSync } = require("node:fs");

const [, , file, what] = process.argv;
const posts = JSON.parse(readFileSync(file, "utf8"));
const measures = {
  length: (post) => parseTweet(post).weightedLength,
  entities: (post) => extractEntitiesWithIndices(post).length,
};
const round = () => posts.reduce((sum, post) => sum + measures[what](post), 0);

round();
const start = process.hrtime.bigint();
const sum = round();
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(JSON.stringify({ seconds, sum }));
