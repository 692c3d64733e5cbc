//! What a reviewer tries in the first hour: each attack a story with its expected result.
//!
//! Their numbers are those of `SECURITY.md`. Those that are about one
//! behaviour alone (a Stop button, a container) are told with that behaviour, and named there.
//!
//! With `ROUTERGRAM_PROGRAM` set, the program under attack is the one named there instead of the development build.

mod answers;
mod bodies;
mod door;
mod leaks;
mod people;
mod updates;
