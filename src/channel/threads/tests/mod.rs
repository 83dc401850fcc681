//! What only Threads has: containers, images by address, topics.
