//! Whole journeys of notte-ext, over notte-local and a real browser.

mod agents;
mod faults;
mod pages;
mod quickstart;
mod sessions;
mod stage;
mod state;
mod workflow;
