//! What EC2 would answer: instances, interfaces and route tables of one region, and what calls do to them.

mod operator;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use hopover_core::id::{InstanceId, InterfaceId, Region, RouteTableId, VpcId};
use hopover_core::observation::{Instance, InstanceState, Interface, ObserveFailure};
use hopover_core::plan::RouteChange;
use hopover_core::route::{Route, RouteKey, RouteState, RouteTable, Target};
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};
use hopover_core::{Span, Timestamp};

use crate::bucket::Buckets;
use crate::call::Call;
use crate::fault::{Fault, Harm, strike};
use crate::surroundings::Surroundings;
use crate::tally::{Mischief, Tally};

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimInterface {
    /// Its id.
    pub id: InterfaceId,
    /// Its VPC.
    pub vpc: VpcId,
    /// The instance that it is attached to.
    pub attached_to: Option<InstanceId>,
    /// EC2's source/destination check.
    pub source_dest_check: bool,
}

/// An instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimInstance {
    /// Its id.
    pub id: InstanceId,
    /// Its `Name` tag.
    pub name: String,
    /// Where it is in its life.
    pub state: InstanceState,
    /// When it was last started.
    pub launched_at: Timestamp,
    /// Its zone.
    pub zone: String,
}

/// What an operator asked of an instance that it cannot do in its state (`IncorrectInstanceState`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// There is no such instance.
    #[error("there is no instance {0}")]
    NoSuchInstance(InstanceId),
    /// It is in another state than it must be.
    #[error("instance {instance} is {state}: only one that is {needed} can be {verb}")]
    WrongState {
        /// The instance.
        instance: InstanceId,
        /// Its state.
        state: InstanceState,
        /// The state that it must be in.
        needed: InstanceState,
        /// What was asked.
        verb: &'static str,
    },
}

/// Everything that reads show.
#[derive(Debug, Clone, Default)]
struct State {
    instances: BTreeMap<InstanceId, SimInstance>,
    interfaces: BTreeMap<InterfaceId, SimInterface>,
    tables: BTreeMap<RouteTableId, Arc<SimTable>>,
}

/// A route table and what kind it is.
#[derive(Debug, Clone)]
struct SimTable {
    table: RouteTable,
    /// Associated with a gateway: its interface targets must be on running instances.
    edge: bool,
}

/// One region of EC2, seen by one account.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// The region.
    pub region: Region,
    /// What goes wrong with calls.
    pub faults: Vec<Fault>,
    /// What went wrong, so far.
    pub tally: Tally,
    /// What stands around the routes, if anything is known of it.
    pub surroundings: Option<Arc<Surroundings>>,
    state: State,
    /// States that a stale read may still show, oldest first, each with the time at which it came to be.
    past: VecDeque<(Timestamp, State)>,
    remember: Span,
    buckets: Option<Buckets>,
    counts: BTreeMap<Call, u64>,
}

/// How a call ends for its client.
#[derive(Debug, Clone)]
pub enum Answer<T> {
    /// It is answered.
    Given(T),
    /// No answer comes; the client runs into its time limit.
    Never,
}

/// A write that EC2 handled.
#[derive(Debug, Clone)]
pub(crate) struct Handled {
    pub(crate) answer: Answer<WriteResult>,
    /// True if the route points at its new target, whatever the client hears of it.
    pub(crate) made: bool,
}

impl Cloud {
    /// An empty region. `remember` is how far back stale reads may go.
    pub fn new(region: Region, now: Timestamp, throttling: bool, remember: Span) -> Self {
        Self {
            region,
            faults: Vec::new(),
            tally: Tally::default(),
            surroundings: None,
            state: State::default(),
            past: VecDeque::new(),
            remember,
            buckets: throttling.then(|| Buckets::new(now)),
            counts: BTreeMap::new(),
        }
    }

    /// Adds an instance.
    pub fn add_instance(&mut self, instance: SimInstance) {
        self.state.instances.insert(instance.id.clone(), instance);
    }

    /// Adds an interface.
    pub fn add_interface(&mut self, interface: SimInterface) {
        self.state.interfaces.insert(interface.id.clone(), interface);
    }

    /// Adds a route table; `edge` if a gateway is associated with it.
    pub fn add_table(&mut self, table: RouteTable, edge: bool) {
        self.state.tables.insert(table.id.clone(), Arc::new(SimTable { table, edge }));
    }

    /// The instances as they are.
    pub fn instances(&self) -> impl Iterator<Item = &SimInstance> {
        self.state.instances.values()
    }

    /// The instance of that id or `Name`.
    pub fn instance(&self, id_or_name: &str) -> Option<&SimInstance> {
        self.instances().find(|instance| instance.id.as_str() == id_or_name || instance.name == id_or_name)
    }

    /// The route tables as they are, with the state of each route worked out.
    pub fn tables(&self) -> impl Iterator<Item = RouteTable> + '_ {
        self.state.tables.values().map(|table| self.state.shown(table))
    }

    /// True if a gateway is associated with that table.
    pub fn is_edge(&self, table: &RouteTableId) -> bool {
        self.state.tables.get(table).is_some_and(|table| table.edge)
    }

    /// How many route tables there are.
    pub fn table_count(&self) -> usize {
        self.state.tables.len()
    }

    /// The interfaces as they are.
    pub fn interfaces(&self) -> impl Iterator<Item = &SimInterface> {
        self.state.interfaces.values()
    }

    /// How often a call was made.
    pub fn count(&self, call: Call) -> u64 {
        self.counts.get(&call).copied().unwrap_or_default()
    }

    /// Somebody else in the account uses up a bucket.
    pub fn drain_bucket(&mut self, call: Call, now: Timestamp) {
        if let Some(buckets) = &mut self.buckets {
            buckets.drain(call, now);
            self.tally.add(Mischief::BucketDrained);
        }
    }

    /// Changes an interface's attachment, as an operator at the console would.
    pub fn attach(&mut self, now: Timestamp, interface: &InterfaceId, to: Option<InstanceId>) {
        self.remember(now);
        if let Some(interface) = self.state.interfaces.get_mut(interface) {
            interface.attached_to = to;
        }
    }

    /// Switches an interface's source/destination check.
    pub fn set_source_dest_check(&mut self, now: Timestamp, interface: &InterfaceId, on: bool) {
        self.remember(now);
        if let Some(interface) = self.state.interfaces.get_mut(interface) {
            interface.source_dest_check = on;
        }
    }

    /// Deletes a route table.
    pub fn delete_table(&mut self, now: Timestamp, table: &RouteTableId) {
        self.remember(now);
        self.state.tables.remove(table);
    }

    /// Detaches and deletes an interface.
    pub fn delete_interface(&mut self, now: Timestamp, interface: &InterfaceId) {
        self.remember(now);
        self.state.interfaces.remove(interface);
    }

    /// Points a route somewhere by hand.
    pub fn point(&mut self, now: Timestamp, key: &RouteKey, target: Target) {
        self.remember(now);
        if let Some(route) = self.state.route_mut(key) {
            route.target = target;
        }
    }

    /// Brings an instance into a state. Starting renews its launch time; terminating frees its interfaces.
    pub(crate) fn enter(&mut self, now: Timestamp, id: &InstanceId, state: InstanceState) {
        self.remember(now);
        let Some(instance) = self.state.instances.get_mut(id) else {
            return;
        };
        instance.state = state;
        match state {
            InstanceState::Pending => instance.launched_at = now,
            InstanceState::Terminated => {
                for interface in self.state.interfaces.values_mut() {
                    interface.attached_to.take_if(|holder| holder == id);
                }
            }
            _ => {}
        }
    }

    /// `DescribeInstances`, filtered by interfaces.
    pub(crate) fn describe_instances(
        &mut self,
        now: Timestamp,
        age: Span,
        interfaces: &[InterfaceId],
        rng: &mut fastrand::Rng,
    ) -> Answer<Result<BTreeMap<InstanceId, Instance>, ObserveFailure>> {
        match self.meet(Call::DescribeInstances, None, now, rng) {
            Met::Nothing => {}
            Met::Refusal(refusal) => {
                return Answer::Given(Err(refusal.into_observe_failure("DescribeInstances")));
            }
            Met::Silence { .. } => return Answer::Never,
        }
        let state = self.as_of(now, age);
        let wanted = |instance: &SimInstance| {
            interfaces.iter().any(|id| state.holder(id).is_some_and(|holder| holder.id == instance.id))
        };
        let found =
            state.instances.values().filter(|i| wanted(i)).map(|i| (i.id.clone(), state.show(i))).collect();
        Answer::Given(Ok(found))
    }

    /// `DescribeRouteTables`, filtered by VPC.
    pub(crate) fn describe_route_tables(
        &mut self,
        now: Timestamp,
        age: Span,
        vpc: &VpcId,
        rng: &mut fastrand::Rng,
    ) -> Answer<Result<BTreeMap<RouteTableId, RouteTable>, ObserveFailure>> {
        match self.meet(Call::DescribeRouteTables, None, now, rng) {
            Met::Nothing => {}
            Met::Refusal(refusal) => {
                return Answer::Given(Err(refusal.into_observe_failure("DescribeRouteTables")));
            }
            Met::Silence { .. } => return Answer::Never,
        }
        let state = self.as_of(now, age);
        let tables = state.tables.values().filter(|table| table.table.vpc == *vpc);
        Answer::Given(Ok(tables.map(|table| (table.table.id.clone(), state.shown(table))).collect()))
    }

    /// `ReplaceRoute`.
    pub(crate) fn replace_route(
        &mut self,
        now: Timestamp,
        change: &RouteChange,
        rng: &mut fastrand::Rng,
    ) -> Handled {
        match self.meet(Call::ReplaceRoute, Some(&change.key.table), now, rng) {
            Met::Nothing => {}
            Met::Refusal(refusal) => {
                return Handled { answer: Answer::Given(refusal.into_write_result()), made: false };
            }
            Met::Silence { change_made } => {
                // The reply is lost either way.
                let made = change_made && self.replace(now, change).is_ok();
                return Handled { answer: Answer::Never, made };
            }
        }
        let (result, made) = match self.replace(now, change) {
            Ok(()) => (WriteResult::Replaced, true),
            Err(failure) => (WriteResult::Failed(failure), false),
        };
        Handled { answer: Answer::Given(result), made }
    }

    /// The change itself: one existing route gets another target, at once or not at all.
    fn replace(&mut self, now: Timestamp, change: &RouteChange) -> Result<(), WriteFailure> {
        let refuse =
            |kind, code: &str, message: String| Err(WriteFailure { kind, code: code.to_owned(), message });
        let RouteKey { table: id, destination } = &change.key;
        let Some(table) = self.state.tables.get(id) else {
            let message = format!("The routeTable ID '{id}' does not exist");
            return refuse(FailureKind::NoSuchTable, "InvalidRouteTableID.NotFound", message);
        };
        if !table.table.routes.iter().any(|route| route.destination == *destination) {
            let message = format!("no route with destination {destination} in route table {id}");
            return refuse(FailureKind::NoSuchRoute, "InvalidRoute.NotFound", message);
        }
        let Some(interface) = self.state.interfaces.get(&change.to.interface) else {
            let message = format!("The networkInterface ID '{}' does not exist", change.to.interface);
            return refuse(FailureKind::NoSuchInterface, "InvalidNetworkInterfaceID.NotFound", message);
        };
        if interface.vpc != table.table.vpc {
            let message =
                format!("route table {id} and interface {} belong to different networks", interface.id);
            return refuse(FailureKind::NotAccepted, "InvalidParameterValue", message);
        }
        let runs =
            self.state.holder(&interface.id).is_some_and(|holder| holder.state == InstanceState::Running);
        if table.edge && !runs {
            let message =
                format!("interface {} of an edge route must be on a running instance", interface.id);
            return refuse(FailureKind::NotAccepted, "InvalidParameterValue", message);
        }
        let target = Target::Interface(interface.id.clone());
        self.point(now, &change.key, target);
        Ok(())
    }

    /// What a call runs into before it is handled.
    fn meet(
        &mut self,
        call: Call,
        table: Option<&RouteTableId>,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Met {
        *self.counts.entry(call).or_default() += 1;
        if self.buckets.as_mut().is_some_and(|buckets| !buckets.take(call, now)) {
            self.tally.add(Mischief::BucketEmpty);
            return Met::Refusal(Refusal::Throttled);
        }
        let harm = strike(&mut self.faults, call, table, rng);
        if let Some(harm) = &harm {
            self.tally.add(harm.mischief());
        }
        match harm {
            None => Met::Nothing,
            Some(Harm::Throttle) => Met::Refusal(Refusal::Throttled),
            Some(Harm::Deny) => Met::Refusal(Refusal::Denied),
            Some(Harm::ServiceError) => Met::Refusal(Refusal::ServiceError),
            Some(Harm::LoseRequest) => Met::Silence { change_made: false },
            Some(Harm::LoseReply) => Met::Silence { change_made: true },
            Some(Harm::TableVanishes(table)) => {
                self.delete_table(now, &table);
                Met::Nothing
            }
            Some(Harm::InterfaceVanishes(interface)) => {
                self.delete_interface(now, &interface);
                Met::Nothing
            }
        }
    }

    /// Keeps the present state for stale reads, before it changes.
    fn remember(&mut self, now: Timestamp) {
        if self.remember == Span::ZERO {
            return;
        }
        self.past.push_back((now, self.state.clone()));
        while self.past.front().is_some_and(|(until, _)| *until < now - self.remember) {
            self.past.pop_front();
        }
    }

    /// The state as it was `age` ago.
    fn as_of(&mut self, now: Timestamp, age: Span) -> &State {
        let moment = now - age;
        match self.past.iter().find(|(until, _)| *until > moment) {
            Some((_, past)) => {
                self.tally.add(Mischief::StaleRead);
                past
            }
            None => &self.state,
        }
    }
}

impl State {
    fn route_mut(&mut self, key: &RouteKey) -> Option<&mut Route> {
        let table = Arc::make_mut(self.tables.get_mut(&key.table)?);
        table.table.routes.iter_mut().find(|route| route.destination == key.destination)
    }

    fn holder(&self, interface: &InterfaceId) -> Option<&SimInstance> {
        self.instances.get(self.interfaces.get(interface)?.attached_to.as_ref()?)
    }

    /// An instance as `DescribeInstances` shows it.
    fn show(&self, instance: &SimInstance) -> Instance {
        let interfaces = self
            .interfaces
            .values()
            .filter(|interface| interface.attached_to.as_ref() == Some(&instance.id))
            .map(|interface| Interface {
                id: interface.id.clone(),
                vpc: Some(interface.vpc.clone()),
                attached: true,
                source_dest_check: Some(interface.source_dest_check),
            })
            .collect();
        Instance {
            id: instance.id.clone(),
            state: instance.state,
            launched_at: Some(instance.launched_at),
            zone: Some(instance.zone.clone()),
            interfaces,
        }
    }

    /// A table as `DescribeRouteTables` shows it. A route is a blackhole once its target is detached or its instance is
    /// stopped or gone, not while it is stopping.
    fn shown(&self, table: &SimTable) -> RouteTable {
        let mut shown = table.table.clone();
        for route in &mut shown.routes {
            let Target::Interface(interface) = &route.target else {
                continue;
            };
            let holder = self.holder(interface);
            route.instance = holder.map(|holder| holder.id.clone());
            let dead = holder.is_none_or(|holder| {
                matches!(holder.state, InstanceState::Stopped | InstanceState::Terminated)
            });
            route.state = if dead { RouteState::Blackhole } else { RouteState::Active };
        }
        shown
    }
}

/// What a call runs into.
enum Met {
    Nothing,
    Refusal(Refusal),
    Silence { change_made: bool },
}

/// A refusal by the service, before the call is looked at.
enum Refusal {
    Throttled,
    Denied,
    ServiceError,
}

impl Refusal {
    fn into_observe_failure(self, action: &str) -> ObserveFailure {
        let (code, transient) = match self {
            Self::Throttled => ("RequestLimitExceeded", true),
            Self::Denied => ("UnauthorizedOperation", false),
            Self::ServiceError => ("InternalError", true),
        };
        ObserveFailure { message: format!("ec2:{action}: {code}"), transient }
    }

    fn into_write_result(self) -> WriteResult {
        match self {
            Self::Throttled => WriteResult::Throttled,
            Self::ServiceError => WriteResult::NoReply("InternalError".to_owned()),
            Self::Denied => WriteResult::Failed(WriteFailure {
                kind: FailureKind::Denied,
                code: "UnauthorizedOperation".to_owned(),
                message: "You are not authorized to perform this operation.".to_owned(),
            }),
        }
    }
}
