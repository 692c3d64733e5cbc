//! The bot among people who know each other: whom it hears, who decides, what it says of itself, and what it keeps to itself.

mod added;
mod deciding;
mod leaks;
mod leaving;
mod moving;
mod silence;
mod speakers;
