//! Plays a scenario, stills the storm, and has the reference judge.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hopover_core::id::{GroupName, RouteTableId};
use hopover_core::trigger::{Order, Trigger};
use hopover_core::{Span, Timestamp};
use hopover_sim::fault::Harm;
use hopover_sim::record::Record;
use hopover_sim::simulation::Told;
use hopover_sim::{Simulation, event};
use serde_json::json;

use crate::count::Count;
use crate::mutant::Mutant;
use crate::reference::{Checked, History, Invariant, Violation, World, routes};
use crate::scenario::{Act, Scenario};

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was done and checked.
    pub count: Count,
    /// What the function told.
    pub story: Vec<Told>,
    /// The promise that was broken, if one was.
    pub violation: Option<Violation>,
}

/// Something that was done by hand.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    pub(crate) at: Timestamp,
    /// How many writes EC2 had handled before.
    pub(crate) handled: usize,
    /// How many runs had ended before.
    pub(crate) ended: usize,
    pub(crate) act: Act,
}

/// The longest that anything after the storm may take: events of the storm that are late, and tried again twice.
const LIMIT: Span = Span::from_hours(1);

/// Plays a scenario with the function, or a mutant of it.
pub fn play(scenario: &Scenario, mutant: Mutant) -> Outcome {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut run = Run::new(scenario, mutant);
        let violation = run.play().err();
        // To have come here is what is checked.
        let _ = run.count.checked.expect(Invariant::NoPanic, true, String::new);
        run.outcome(violation)
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
        let violation = Violation { invariant: Invariant::NoPanic, what: text.to_owned() };
        Outcome { count: Count::default(), story: Vec::new(), violation: Some(violation) }
    })
}

struct Run<'a> {
    scenario: &'a Scenario,
    mutant: Mutant,
    simulation: Simulation,
    count: Count,
    hands: Vec<Hand>,
    deleted: BTreeSet<RouteTableId>,
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario, mutant: Mutant) -> Self {
        let mut simulation = mutant.simulation(scenario);
        simulation.keep_record();
        Self {
            scenario,
            mutant,
            simulation,
            count: Count::default(),
            hands: Vec::new(),
            deleted: BTreeSet::new(),
        }
    }

    fn play(&mut self) -> Result<(), Violation> {
        let begin = self.simulation.now();
        for (at, act) in &self.scenario.timeline {
            self.advance_to(begin + *at);
            self.perform(act);
        }
        self.advance_to(begin + self.scenario.length);
        let ceased_at = self.still_the_storm();
        self.no_route_is_lost()?;

        self.until(|simulation| {
            simulation.is_at_rest() && simulation.running_since().all(|began| began >= ceased_at)
        })?;
        let quiet_at = self.simulation.now();
        self.sweeps()?;
        let forced = self.forced_since(quiet_at);
        World::new(self.scenario, &self.simulation.cloud).judge_the_dead(&forced, &mut self.count.checked)?;

        // What the storm still has on its way may move routes once more, and preferences wait.
        let failback = self.last_launch(ceased_at) + self.longest_failback();
        self.until(|simulation| {
            simulation.now() >= failback
                && simulation.unfinished().all(|invocation| invocation.emitted_at >= ceased_at)
        })?;
        self.sweeps()?;
        let world = World::new(self.scenario, &self.simulation.cloud);
        world.judge_the_dead(&BTreeSet::new(), &mut self.count.checked)?;
        world.judge_preferences(&mut self.count.checked)?;
        self.rest_is_rest()?;
        self.no_route_is_lost()?;
        self.judge_history(ceased_at)
    }

    fn outcome(mut self, violation: Option<Violation>) -> Outcome {
        self.count.take_over(&self.simulation);
        Outcome { count: self.count, story: std::mem::take(&mut self.simulation.story), violation }
    }

    fn advance_to(&mut self, at: Timestamp) {
        self.simulation.advance(at.duration_since(self.simulation.now()));
    }

    /// Does what the time line says. What EC2 would refuse is left out.
    fn perform(&mut self, act: &Act) {
        let simulation = &mut self.simulation;
        let now = simulation.now();
        let done = match act {
            Act::Stop(instance) => simulation.stop(instance).is_ok(),
            Act::Start(instance) => simulation.start(instance).is_ok(),
            Act::Terminate(instance) => simulation.terminate(instance).is_ok(),
            Act::Detach(interface) => {
                simulation.cloud.attach(now, interface, None);
                true
            }
            Act::Attach(interface, instance) => {
                simulation.cloud.attach(now, interface, Some(instance.clone()));
                true
            }
            Act::SourceDestCheck(interface, on) => {
                simulation.cloud.set_source_dest_check(now, interface, *on);
                true
            }
            Act::DeleteTable(table) => {
                simulation.cloud.delete_table(now, table);
                self.deleted.insert(table.clone())
            }
            Act::Point(key, target) => {
                simulation.cloud.point(now, key, target.clone());
                true
            }
            Act::Order(order) => {
                simulation.invoke(switchover(order));
                true
            }
            Act::Event(instance, state, age) => {
                let event = event::state_change(&simulation.cloud.region, instance, *state, now - *age, 0);
                simulation.invoke(event);
                true
            }
            Act::Drain(call) => {
                simulation.cloud.drain_bucket(*call, now);
                true
            }
            Act::Clock(ahead) => {
                simulation.set_clock(*ahead);
                true
            }
        };
        if done {
            self.count.acts[act.sort()] += 1;
            let (handled, ended) = (self.record().handled.len(), self.record().runs.len());
            self.hands.push(Hand { at: now, handled, ended, act: act.clone() });
        }
    }

    /// From now on nothing goes wrong any more, but what stands for ever.
    fn still_the_storm(&mut self) -> Timestamp {
        let struck = self.simulation.cloud.faults.iter().filter(|fault| fault.times == Some(0));
        let vanished: Vec<_> = struck
            .filter_map(|fault| match &fault.harm {
                Harm::TableVanishes(table) => Some(table.clone()),
                _ => None,
            })
            .collect();
        self.deleted.extend(vanished);
        self.simulation.cloud.faults = self.scenario.standing_faults();
        self.simulation.set_clock(Span::ZERO);
        let mut calm = self.scenario.calm();
        if self.mutant == Mutant::NeverSweeps {
            calm.sweep = None;
        }
        self.simulation.change_settings(calm);
        self.mutant.when_it_is_over(&mut self.simulation);
        self.simulation.now()
    }

    /// Lets time pass until something is so.
    fn until(&mut self, is_so: impl Fn(&Simulation) -> bool) -> Result<(), Violation> {
        let limit = self.simulation.now() + LIMIT;
        while !is_so(&self.simulation) && self.simulation.now() < limit {
            self.simulation.advance(Span::from_secs(2));
        }
        let in_time = self.simulation.now() < limit;
        self.count.checked.expect(Invariant::SweepsEnd, in_time, || {
            format!("after {} minutes there is no end", LIMIT.as_secs() / 60)
        })
    }

    /// Lets two sweeps pass that begin from now on. What a sweep has no time to write is left to those that follow.
    fn sweeps(&mut self) -> Result<(), Violation> {
        // A sweep writes five routes a second for twenty seconds at least, less what others use up.
        let sweeps = 2 + self.scenario.routes() / 50;
        if self.mutant == Mutant::NeverSweeps {
            self.simulation.advance(Span::from_mins(5));
            return Ok(());
        }
        let begin = self.simulation.now();
        let already = self.record().runs.len();
        self.until(|simulation| {
            let Some(record) = simulation.record() else { return true };
            let ended = record.runs[already..].iter().filter(|run| {
                let finished = &simulation.finished()[run.finished];
                *run.trigger == Trigger::Sweep && finished.began_at >= begin
            });
            ended.count() >= sweeps
        })
    }

    /// Groups with a forced order that was obeyed since, or may be at this moment: the platform tries one again that failed
    /// or was killed, minutes later.
    fn forced_since(&self, since: Timestamp) -> BTreeSet<GroupName> {
        let simulation = &self.simulation;
        let ended =
            self.record().runs.iter().filter(|run| simulation.finished()[run.finished].ended_at >= since);
        let ended = ended.map(|run| Trigger::clone(&run.trigger));
        let unfinished =
            simulation.unfinished().filter_map(|invocation| Trigger::from_value(&invocation.event).ok());
        let forced = ended.chain(unfinished).filter_map(|trigger| match trigger {
            Trigger::Order(order) if order.force => Some(order.group),
            _ => None,
        });
        forced.collect()
    }

    /// A further sweep over a world that is right writes nothing, and says so.
    fn rest_is_rest(&mut self) -> Result<(), Violation> {
        if self.mutant == Mutant::NeverSweeps {
            return Ok(());
        }
        let (begin, already) = (self.simulation.now(), self.record().runs.len());
        let is_next = |simulation: &Simulation, run: &hopover_sim::record::Run| {
            *run.trigger == Trigger::Sweep && simulation.finished()[run.finished].began_at >= begin
        };
        self.until(|simulation| {
            simulation
                .record()
                .is_some_and(|record| record.runs[already..].iter().any(|r| is_next(simulation, r)))
        })?;
        let world = World::new(self.scenario, &self.simulation.cloud);
        let Some(record) = self.simulation.record() else { return Ok(()) };
        let next = record.runs[already..].iter().find(|run| is_next(&self.simulation, run));
        let Some(next) = next else { return Ok(()) };
        let denied = &self.scenario.denied;
        let written = record
            .writes
            .iter()
            .rev()
            .find(|write| write.run == next.number && !denied.contains(&write.change.key.table));
        self.count.checked.expect(Invariant::RestIsRest, written.is_none(), || {
            written
                .map(|write| format!("{} was written at {}", write.change, write.sent_at))
                .unwrap_or_default()
        })?;
        let Ok(report) = &self.simulation.finished()[next.finished].result else { return Ok(()) };
        for (group, report) in self.scenario.groups.iter().zip(&report.groups) {
            let outcome = report.outcome;
            if world.is_right(group) {
                let nothing = outcome == hopover_core::report::Outcome::NothingToDo;
                self.count.checked.expect(Invariant::RestIsRest, nothing, || {
                    format!("{} is right, and the report says {outcome:?}", group.name)
                })?;
            }
            if world.has_dead_routes(group) {
                self.count.checked.expect(Invariant::FailureIsSaid, outcome.is_failure(), || {
                    format!("{} has routes on the dead, and the report says {outcome:?}", group.name)
                })?;
            }
        }
        Ok(())
    }

    fn no_route_is_lost(&mut self) -> Result<(), Violation> {
        let there = routes(&self.simulation.cloud);
        for (table, _) in &self.scenario.tables {
            if self.deleted.contains(&table.id) {
                continue;
            }
            for route in &table.routes {
                let key = hopover_core::route::RouteKey {
                    table: table.id.clone(),
                    destination: route.destination.clone(),
                };
                let is_there = there.contains_key(&key);
                self.count.checked.expect(Invariant::RouteStays, is_there, || format!("{key} is gone"))?;
            }
        }
        Ok(())
    }

    fn judge_history(&mut self, ceased_at: Timestamp) -> Result<(), Violation> {
        let Some(record) = self.simulation.record() else { return Ok(()) };
        let history = History {
            scenario: self.scenario,
            simulation: &self.simulation,
            record,
            hands: &self.hands,
            deleted: &self.deleted,
            ceased_at,
        };
        let mut checked = Checked::default();
        let judged = history.judge(&mut checked);
        self.count.checked.merge(&checked);
        self.count.count_reasons(record, &judged?);
        Ok(())
    }

    /// When the last instance came up, for all that is known when the storm is over.
    fn last_launch(&self, ceased_at: Timestamp) -> Timestamp {
        self.simulation.cloud.instances().map(|i| i.launched_at).max().unwrap_or(ceased_at)
    }

    fn longest_failback(&self) -> Span {
        self.scenario.groups.iter().map(|group| group.failback_delay).max().unwrap_or_default()
    }

    fn record(&self) -> &Record {
        // It was asked for at the beginning.
        self.simulation.record().unwrap_or(&NOTHING)
    }
}

static NOTHING: Record = Record { writes: Vec::new(), handled: Vec::new(), runs: Vec::new() };

fn switchover(order: &Order) -> serde_json::Value {
    json!({ "source": "hopover", "detail-type": "Switchover", "detail": order })
}
