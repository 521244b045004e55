//! Milliseconds of several runs.

use std::fmt;
use std::time::Duration;

/// The same thing measured several times, in milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn add(&mut self, sample: Duration) {
        self.add_ms(sample.as_secs_f64() * 1000.0);
    }

    pub(crate) fn add_ms(&mut self, ms: f64) {
        let at = self.0.partition_point(|other| *other < ms);
        self.0.insert(at, ms);
    }

    pub(crate) fn min(&self) -> f64 {
        self.0[0]
    }

    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    pub(crate) fn max(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// Every sample less a constant.
    pub(crate) fn less(&self, constant: Duration) -> Self {
        let constant = constant.as_secs_f64() * 1000.0;
        Self(self.0.iter().map(|ms| ms - constant).collect())
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(1);
        write!(f, "{:.digits$} / {:.digits$} / {:.digits$}", self.min(), self.median(), self.max())
    }
}
