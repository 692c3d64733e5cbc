//! What a reviewer tries in the first hour: each attack a story with its expected result.
//!
//! `SECURITY.md` numbers them and names their stories; the test below holds it to that. Those that are about one
//! behaviour alone (a Stop button, a container) are told with that behaviour, and named there.
//!
//! With `ROUTERGRAM_PROGRAM` set, the program under attack is the one named there instead of the development build.

mod answers;
mod bodies;
mod door;
mod leaks;
mod people;
mod security;
mod updates;
