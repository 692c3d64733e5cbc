//! Everything that is tested from outside: one binary, so that it is linked once; one file per promise or behaviour.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where and why by failing")]

mod again;
mod admin;
mod aimock;
mod answers;
mod backup;
mod browser;
mod command_line;
mod commands;
mod configuration;
mod container;
mod crash;
mod data_folder;
mod doctor;
mod disabled;
mod ending;
mod flood;
mod forms;
mod growing;
mod http_limits;
mod image;
mod interop;
mod joining;
mod lanes;
mod layering;
mod model_failures;
mod owner;
mod page_scripts;
mod places;
mod polling;
mod railway;
mod real_input;
mod redeploy;
mod repair;
mod sandbox;
mod settling;
mod start;
mod stopping;
mod store_trouble;
mod tdlib;
mod telegram_failures;
mod tools;
mod vps;
mod webhook;
mod world;
