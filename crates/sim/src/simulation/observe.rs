//! A look at the embedded VPC by somebody else than the function.

use hopover_core::Span;
use hopover_core::group::Group;
use hopover_core::observation::{Observation, ObserveFailure};

use super::Simulation;
use super::look::{self, Answered, Look, Part};

impl Simulation {
    /// Looks at a group, as an operator at a terminal would: at once, and at the VPC as it is. The calls meet the same
    /// faults as those of the function.
    pub fn observe(&mut self, group: &Group) -> Result<Observation, ObserveFailure> {
        let interfaces: Vec<_> = group.next_hops().map(|hop| hop.interface).collect();
        let (now, age) = (self.now, Span::ZERO);
        let instances = self.cloud.describe_instances(now, age, &interfaces, &mut self.rng);
        let tables = self.cloud.describe_route_tables(now, age, &group.vpc, &mut self.rng);
        let mut look = Look::default();
        look.put(look::answered(instances, Answered::Instances, Part::Instances).0);
        look.put(look::answered(tables, Answered::Tables, Part::Tables).0)
            .unwrap_or_else(|| Err(ObserveFailure { message: "half a look".to_owned(), transient: true }))
    }
}
