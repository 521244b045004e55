//! The program from outside: what it packs, what it refuses, what it asks of the tools that build.

mod building;
mod fitness;
mod setup;
mod zip;
