//! A bar on standard error, where that is a terminal; else the story, line by line.

use std::fmt::Display;
use std::time::Duration;

use hopover_core::fact::{Fact, Level};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// Counts what is done.
pub(crate) struct Progress {
    bar: ProgressBar,
    done: usize,
    of: usize,
}

impl Progress {
    /// Nothing of `of` is done yet; `what` names one of them, done.
    pub(crate) fn new(of: usize, what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(u64::try_from(of).ok(), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("  [{bar:30}] {pos} of {len} {msg}, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        bar.set_message(what);
        Self { bar, done: 0, of }
    }

    /// Nothing is done yet, and nobody knows of how much; `what` names one of them, done.
    pub(crate) fn counting(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("  {pos} {msg}, {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_message(what);
        Self { bar, done: 0, of: 0 }
    }

    /// The same, with the time that passes though nothing happens.
    pub(crate) fn ticking(self) -> Self {
        self.bar.enable_steady_tick(Duration::from_millis(500));
        self.bar.tick();
        self
    }

    /// Takes a fact of the story.
    pub(crate) fn hear(&mut self, fact: &Fact) {
        self.hear_of(matches!(fact, Fact::Replaced { .. }), fact.level(), fact);
    }

    /// Takes what is told of something else than a pass.
    pub(crate) fn hear_of(&mut self, is_done: bool, level: Level, what: impl Display) {
        if is_done {
            self.done += 1;
            self.bar.set_position(u64::try_from(self.done).unwrap_or(u64::MAX));
        }
        if self.bar.is_hidden() {
            output::tell_of(level, what);
        } else if level > Level::Info {
            self.bar.suspend(|| output::tell_of(level, what));
        }
    }

    /// Leaves the bar as it is. What follows begins on a line of its own.
    pub(crate) fn finish(&self) {
        self.bar.abandon();
        if !self.bar.is_hidden() {
            output::talk("");
        }
    }

    /// How many are done.
    pub(crate) fn done(&self) -> usize {
        self.done
    }

    /// How many there are.
    pub(crate) fn of(&self) -> usize {
        self.of
    }
}
