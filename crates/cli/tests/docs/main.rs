//! What the documents name exists, and what exists is named where people look for it at night.

mod commands;
mod console;
mod documents;
mod failure_modes;
mod runbook;
mod template;
mod wordings;
