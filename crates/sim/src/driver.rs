//! The driver between a pass and EC2.

use hopover_core::observation::Observation;
use hopover_core::plan::RouteChange;
use hopover_core::report::GroupReport;

/// How the driver does what a pass says. The default does it; any other has a fault, for tests which show that a judge
/// would notice.
#[derive(Debug, Clone, Copy)]
pub struct Driver {
    /// What it tells the pass of what was seen.
    pub show: fn(Observation) -> Observation,
    /// What it writes. The route must stay the same; `None` writes nothing and tells the pass that EC2 acknowledged it.
    pub send: fn(RouteChange) -> Option<RouteChange>,
    /// What it reports.
    pub report: fn(GroupReport) -> GroupReport,
}

impl Default for Driver {
    fn default() -> Self {
        Self { show: |seen| seen, send: Some, report: |report| report }
    }
}
