//! Drives a pass through a world that means no good, and watches what it does.
//!
//! What a write may be is worked out here from the observation itself, not with the functions that the pass uses.
//!
//! Shared with the targets of `hopover-aws`, which include this file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::id::MemberName;
use hopover_core::message::{is_repeatable, message, text};
use hopover_core::observation::{InstanceState, Observation, ObserveFailure};
use hopover_core::pass::{Action, Pass};
use hopover_core::plan::RouteChange;
use hopover_core::report::{Outcome, Report};
use hopover_core::route::{Origin, RouteKey, Target};
use hopover_core::trigger::Trigger;
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};

/// What a pass is exposed to.
pub(crate) trait World {
    /// What the next look shows.
    fn look(&mut self) -> Result<Observation, ObserveFailure>;
    /// What becomes of a write.
    fn write(&mut self, change: &RouteChange) -> WriteResult;
    /// How far the clock goes before the next thing happens; it may be negative.
    fn step(&mut self) -> Span;
    /// Which of so many answers comes next, or `None` if none comes yet.
    fn answer(&mut self, waiting: usize) -> Option<usize>;
}

/// SNS carries 256 KB.
const LONGEST_BODY: usize = 256 * 1024;

/// Runs a pass to its end and returns its report. Panics if it does what it must not.
pub(crate) fn drive(
    group: &Arc<Group>,
    trigger: &Trigger,
    start: Timestamp,
    deadline: Timestamp,
    world: &mut impl World,
) -> Report {
    let mut pass = Pass::start(Arc::clone(group), trigger.clone(), start, deadline);
    let mut seen = Seen::default();
    let mut now = start;
    // How long the pass had, however often the clock went back.
    let mut spent = Span::ZERO;
    let mut on_their_way: BTreeMap<RouteKey, RouteChange> = BTreeMap::new();
    let mut writes = 0_u32;
    let report = loop {
        seen.facts(pass.take_facts());
        match pass.next(now) {
            Action::Done(report) => break *report,
            action if now >= deadline => panic!("the deadline has come, and the pass says {action:?}"),
            Action::Observe => {
                let result = world.look();
                seen.look(group, &result);
                let (step, next) = moved(now, world.step());
                (spent, now) = (spent + step, next);
                pass.observed(now, result);
            }
            Action::Replace(change) => {
                seen.holds(group, trigger, &change);
                writes += 1;
                assert!(on_their_way.insert(change.key.clone(), change).is_none(), "written twice at once");
            }
            Action::Wait(until) => {
                assert!(until <= deadline, "waits until {until}, past {deadline}");
                let answer = world.answer(on_their_way.len());
                let key = answer.and_then(|at| on_their_way.keys().nth(at).cloned());
                if let Some((key, change)) = key.and_then(|key| on_their_way.remove_entry(&key)) {
                    let result = world.write(&change);
                    let (step, next) = moved(now, world.step());
                    (spent, now) = (spent + step, next);
                    pass.replaced(now, &key, result);
                } else {
                    assert!(until > now, "nothing to wait for: {until} is past at {now}");
                    (spent, now) = (spent + until.duration_since(now), until);
                }
            }
        }
    };
    seen.facts(pass.take_facts());
    let seconds = u32::try_from(spent.as_secs() + 1).unwrap();
    assert!(seen.looks <= 4 + 2 * seconds, "{} looks in {seconds} s", seen.looks);
    assert!(writes <= 51 + 5 * seconds, "{writes} writes in {seconds} s");
    seen.is_all_there_is(group, &pass, &report.routes, writes);
    // An answer that comes too late changes nothing.
    for (key, change) in on_their_way {
        let result = world.write(&change);
        pass.replaced(now, &key, result);
    }
    pass.observed(now, world.look());
    assert_eq!(pass.next(now), Action::Done(Box::new(report.clone())), "the report changed after the end");
    assert!(pass.take_facts().is_empty());

    let report = Report::new(trigger.clone(), vec![report]);
    can_be_told(&report);
    report
}

/// One word for the tally.
pub(crate) fn word(report: &Report) -> &'static str {
    match report.outcome {
        Outcome::NothingToDo => "nothing to do",
        Outcome::Moved => "moved",
        Outcome::Unverified => "unverified",
        Outcome::Refused => "refused",
        Outcome::Incomplete => "incomplete",
        Outcome::CouldNotObserve => "could not observe",
        Outcome::Misconfigured => "misconfigured",
    }
}

/// The clock after a step, and how much time that gave the pass.
fn moved(now: Timestamp, step: Span) -> (Span, Timestamp) {
    (step.max(Span::ZERO), now + step)
}

/// Everything that the pass has been shown.
#[derive(Default)]
struct Seen {
    last: Option<Observation>,
    looks: u32,
    routes: BTreeSet<RouteKey>,
    /// The most instances of one look.
    instances: usize,
    facts: usize,
}

impl Seen {
    fn look(&mut self, group: &Group, result: &Result<Observation, ObserveFailure>) {
        self.looks += 1;
        if let Ok(observation) = result {
            self.routes.extend(observation.routes_of(group).map(|(table, route, _)| RouteKey {
                table: table.id.clone(),
                destination: route.destination.clone(),
            }));
            self.instances = self.instances.max(observation.instances.as_ref().map_or(0, BTreeMap::len));
            self.last = Some(observation.clone());
        }
    }

    fn facts(&mut self, facts: Vec<Fact>) {
        self.facts += facts.len();
        for fact in facts {
            assert!(!fact.to_string().is_empty());
            assert!(serde_json::to_string(&fact).is_ok());
            let _ = fact.level();
        }
    }

    /// Nothing but a route of the group, as it was seen last, to another member on the same path.
    fn holds(&self, group: &Group, trigger: &Trigger, change: &RouteChange) {
        let seen = self.last.as_ref().expect("a write without a look");
        let table = seen.tables.get(&change.key.table).expect("a write to a table that was not seen");
        assert_eq!(table.vpc, group.vpc, "a write to a table of another VPC: {change}");
        assert!(
            !table.ignored && !group.exclude.contains(&table.id),
            "a write to a table left alone: {change}"
        );
        let is_there = table.routes.iter().any(|route| {
            route.destination == change.key.destination
                && route.origin == Origin::CreateRoute
                && route.target == Target::Interface(change.from.interface.clone())
        });
        assert!(is_there, "a write to a route that is not so: {change}");
        let interface_of = |name: &MemberName| {
            let member = group.members.iter().find(|member| member.name == *name).expect("no member");
            member.interfaces.get(&change.from.path)
        };
        assert_eq!(
            interface_of(&change.from.member),
            Some(&change.from.interface),
            "not the group's: {change}"
        );
        assert_eq!(interface_of(&change.to.member), Some(&change.to.interface), "out of the group: {change}");
        assert_eq!(change.from.path, change.to.path, "{change}");
        assert_ne!(change.from.interface, change.to.interface, "{change}");
        let forced = matches!(trigger, Trigger::Order(order) if order.force);
        let runs = seen.instances.iter().flat_map(BTreeMap::values).all(|instance| {
            instance.state == InstanceState::Running
                || instance.interfaces.iter().all(|interface| interface.id != change.to.interface)
        });
        assert!(forced || runs, "a write to a member that was seen down: {change}");
    }

    /// What a pass keeps and tells is in proportion to what it was shown.
    fn is_all_there_is(
        &self,
        group: &Group,
        pass: &Pass,
        told: &[hopover_core::report::RouteReport],
        writes: u32,
    ) {
        let told: BTreeSet<_> = told.iter().map(|route| route.key.clone()).collect();
        assert!(told.is_subset(&self.routes), "a report of routes that were not seen");
        let looks = usize::try_from(self.looks).unwrap();
        let writes = usize::try_from(writes).unwrap();
        let a_look =
            8 + 2 * group.members.len() + 3 * self.last.as_ref().map_or(0, routes).max(self.routes.len());
        assert!(self.facts <= 8 + looks * a_look + 3 * writes, "{} facts after {looks} looks", self.facts);
        // A reason is kept with every route that it moves: once as it was decided, once as it was written.
        let reasons = 3 + self.instances + group.next_hops().count();
        let keys: usize = self.routes.iter().map(|key| key.to_string().len()).sum();
        let most = 40_000 + 12 * keys + self.routes.len() * (2_000 + 600 * reasons) + 2_000 * self.instances;
        let kept = format!("{pass:?}").len();
        assert!(kept <= most + longest_text(self), "a pass of {kept} bytes, where {most} would do");
    }
}

fn routes(seen: &Observation) -> usize {
    seen.tables.values().map(|table| table.routes.len()).sum()
}

/// What was seen, and may be kept once, as the texts of failures are.
fn longest_text(seen: &Seen) -> usize {
    seen.last.as_ref().map_or(0, |last| 20 * format!("{last:?}").len()) + 400_000 * 20
}

/// Whatever the world was, people are told of it in a form that SNS carries.
fn can_be_told(report: &Report) {
    assert!(serde_json::to_string(report).is_ok());
    for group in &report.groups {
        assert!(!text(report, group).is_empty());
        let _ = is_repeatable(group);
        let Some(message) = message(report, group) else { continue };
        let is_line = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        assert!(is_line(&message.subject), "{:?}", message.subject);
        assert!((1..100).contains(&message.subject.len()), "{:?}", message.subject);
        assert!(message.body.len() <= LONGEST_BODY, "a message of {} bytes", message.body.len());
    }
}
