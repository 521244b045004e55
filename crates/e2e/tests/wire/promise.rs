//! What is promised, and whether it was kept.

use hopover_e2e::function::Answer;

use crate::stage::ROUTES;

/// What is to come of the first invocation after the first appliance has stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    /// So many routes are on the peer; the others are where they were.
    pub(crate) moved: usize,
    /// How it ends. A failure is followed by another invocation with the same event, as Lambda does it, after everything is
    /// in order again; all routes are on the peer then.
    pub(crate) ends: Ends,
    /// No write is made more than once.
    pub(crate) once: bool,
    /// What the answer or the log says.
    pub(crate) told: &'static [&'static str],
}

/// How an invocation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    Succeeded,
    /// With that type of error.
    Failed(&'static str),
}

impl Promise {
    /// All routes are on the peer after one invocation, which succeeds.
    pub(crate) const ALL: Self = Self { moved: ROUTES, ends: Ends::Succeeded, once: false, told: &[] };

    /// The same, and no write is made twice.
    pub(crate) const ALL_AT_ONCE: Self = Self { once: true, ..Self::ALL };

    /// Nothing is moved, because nothing has to be.
    pub(crate) const NOTHING: Self = Self { moved: 0, ..Self::ALL };

    /// Nothing is moved, because nothing can be seen.
    pub(crate) const fn blind(told: &'static [&'static str]) -> Self {
        Self { moved: 0, ends: Ends::Failed("hopover.CouldNotObserve"), once: false, told }
    }

    /// Some are moved, and the others are reported.
    pub(crate) const fn some(moved: usize, told: &'static [&'static str]) -> Self {
        Self { moved, ends: Ends::Failed("hopover.Incomplete"), once: false, told }
    }

    /// The promise in words.
    pub(crate) fn words(&self) -> String {
        let routes = match self.moved {
            ROUTES => format!("all {ROUTES} routes on the peer"),
            0 => "no route moved".to_owned(),
            some => format!("{some} of {ROUTES} routes on the peer"),
        };
        let ends = match self.ends {
            Ends::Succeeded => format!("{routes} after one run, which succeeds"),
            Ends::Failed(error) => format!("{routes}; ends as failed ({error}); the retry moves all"),
        };
        let once = self.once.then(|| "no write made twice".to_owned());
        let told = self.told.iter().map(|told| format!("says \"{told}\""));
        [ends].into_iter().chain(once).chain(told).collect::<Vec<_>>().join("; ")
    }

    /// What of it an invocation did not keep. `writes` is how many writes EC2 has made.
    pub(crate) fn breaches(&self, moved: usize, writes: usize, answer: &Answer, log: &str) -> Vec<String> {
        let mut breaches = Vec::new();
        if moved != self.moved {
            breaches.push(format!("{moved} routes on the peer instead of {}", self.moved));
        }
        let ended = answer.document.get("errorType").and_then(|kind| kind.as_str());
        let promised = match self.ends {
            Ends::Succeeded => None,
            Ends::Failed(error) => Some(error),
        };
        if ended != promised {
            breaches.push(format!("ended as {ended:?}, not {promised:?}: {}", answer.document));
        }
        if self.once && writes != moved {
            breaches.push(format!("{writes} writes for {moved} routes"));
        }
        let said = format!("{log}\n{}", answer.error().unwrap_or_default());
        let unsaid = self.told.iter().filter(|told| !said.contains(**told));
        breaches.extend(unsaid.map(|told| format!("did not say \"{told}\": {said}")));
        breaches
    }
}

/// What the table says about a situation.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) promised: String,
    pub(crate) happened: String,
    /// What was promised and not kept.
    pub(crate) breaches: Vec<String>,
}
