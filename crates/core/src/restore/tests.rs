use std::sync::Arc;

use super::*;
use crate::backup::Backup;
use crate::observation::InstanceState;
use crate::route::{Origin, Route};
use crate::tables::{Associated, Association, Tables};
use crate::testing::{World, at, destination, failure, id, key, route};
use crate::write::{FailureKind, WriteFailure};

/// The tables that a backup is taken of: the group's on A, and bystanders.
fn then() -> World {
    World::of(&["A", "B"])
        .table(
            "rtb-main",
            [
                route("0.0.0.0/0", "eni-a-lan"),
                route("10.1.0.0/16", "eni-a-lan"),
                route("10.2.0.0/16", "eni-a-wan"),
                route("10.3.0.0/16", "nat-1"),
            ],
        )
        .table("rtb-other", [route("0.0.0.0/0", "igw-1")])
}

fn look(world: &World) -> Look {
    let tables = Tables { tables: world.seen.tables.clone(), ..Tables::default() };
    Look { instances: world.seen.instances.clone(), tables }
}

fn wish() -> Wish {
    let World { group, seen, .. } = then();
    let tables = Tables { tables: seen.tables, ..Tables::default() };
    let groups = vec![Arc::new(group.clone())];
    let backup = Backup::of(&group.region, &group.vpc, &groups, tables, at(0)).unwrap();
    Wish { backup, groups, all: false, force: false }
}

fn all() -> Wish {
    Wish { all: true, ..wish() }
}

/// The world with some routes changed: another target, or none.
fn changed(mut world: World, routes: &[(&str, &str, &str)]) -> World {
    for (table, to, target) in routes {
        let routes = &mut world.table_mut(table).routes;
        routes.retain(|route| route.destination != destination(to));
        if !target.is_empty() {
            routes.push(route(to, target));
        }
    }
    world
}

/// A line a difference.
fn told(wish: &Wish, world: &World) -> Vec<String> {
    let comparison = compare(wish, &look(world));
    let line = |difference: &Difference| match &difference.fate {
        Fate::BeRestored { by } => format!("{} {}", by.call(), difference.key),
        Fate::BeRefused { why } => format!("refused {}: {why}", difference.key),
        Fate::BeLeft { why } => format!("left {}: {why}", difference.key),
        Fate::NotBeTouched { why } => format!("untouched {}: {why}", difference.key),
    };
    comparison.routes.iter().map(line).collect()
}

#[test]
fn nothing_differs_from_the_very_vpc() {
    let comparison = compare(&all(), &look(&then()));
    assert_eq!((comparison.same, comparison.routes.len(), comparison.tables_gone.len()), (5, 0, 0));
}

#[test]
fn only_routes_that_were_and_are_the_members_or_are_missing_are_restored() {
    let world = changed(
        then(),
        &[
            ("rtb-main", "0.0.0.0/0", "eni-b-lan"),
            ("rtb-main", "10.1.0.0/16", ""),
            ("rtb-main", "10.2.0.0/16", "nat-1"),
            ("rtb-main", "10.3.0.0/16", "eni-b-lan"),
            ("rtb-other", "0.0.0.0/0", ""),
            ("rtb-other", "10.9.0.0/16", "eni-b-lan"),
        ],
    );
    assert_eq!(
        told(&wish(), &world),
        [
            "ReplaceRoute 0.0.0.0/0 in rtb-main",
            "CreateRoute 10.1.0.0/16 in rtb-main",
            "untouched 10.2.0.0/16 in rtb-main: it does not point at a member now",
            "untouched 10.3.0.0/16 in rtb-main: it did not point at a member",
            "untouched 0.0.0.0/0 in rtb-other: it did not point at a member",
            "untouched 10.9.0.0/16 in rtb-other: new since then",
        ]
    );
    assert_eq!(
        told(&all(), &world),
        [
            "ReplaceRoute 0.0.0.0/0 in rtb-main",
            "CreateRoute 10.1.0.0/16 in rtb-main",
            "ReplaceRoute 10.2.0.0/16 in rtb-main",
            "ReplaceRoute 10.3.0.0/16 in rtb-main",
            "CreateRoute 0.0.0.0/0 in rtb-other",
            "DeleteRoute 10.9.0.0/16 in rtb-other",
        ]
    );
}

#[test]
fn a_member_that_is_down_gets_nothing_unless_forced() {
    let world = changed(then(), &[("rtb-main", "0.0.0.0/0", "eni-b-lan")]).is("A", InstanceState::Stopped);
    assert_eq!(told(&wish(), &world), ["refused 0.0.0.0/0 in rtb-main: A is down: i-a is stopped"]);
    let forced = Wish { force: true, ..wish() };
    assert_eq!(told(&forced, &world), ["ReplaceRoute 0.0.0.0/0 in rtb-main"]);
}

#[test]
fn what_others_keep_is_never_written() {
    let mut was = then();
    let mut routes =
        vec![route("10.7.0.0/16", "vgw-1"), route("10.8.0.0/16", "local"), route("pl-s3", "vpce-1")];
    routes[0].origin = Origin::Propagated;
    routes[1].origin = Origin::CreateRouteTable;
    was = was.table("rtb-kept", routes);
    let group = was.group.clone();
    let tables = Tables { tables: was.seen.tables.clone(), ..Tables::default() };
    let backup = Backup::of(&group.region, &group.vpc, [Arc::new(group.clone())], tables, at(0)).unwrap();
    let wish = Wish { backup, ..all() };
    let mut now = was.clone();
    now.table_mut("rtb-kept").routes.clear();
    let other: Vec<Route> = vec![route("pl-dynamodb", "vpce-2")];
    now.table_mut("rtb-kept").routes.extend(other);
    assert_eq!(
        told(&wish, &now),
        [
            "untouched 10.7.0.0/16 in rtb-kept: a virtual private gateway propagates it",
            "untouched 10.8.0.0/16 in rtb-kept: it belongs to the table itself",
            "untouched pl-dynamodb in rtb-kept: a gateway endpoint keeps it",
            "untouched pl-s3 in rtb-kept: a gateway endpoint keeps it",
        ]
    );
}

#[test]
fn a_table_that_is_left_alone_stays_so_even_if_everything_is_asked_for() {
    let mut world = changed(then(), &[("rtb-main", "0.0.0.0/0", "eni-b-lan")]);
    world.table_mut("rtb-main").ignored = true;
    assert!(told(&all(), &world)[0].contains("tagged hopover:ignore"), "{:?}", told(&all(), &world));
    let mut excluding = all();
    Arc::make_mut(&mut excluding.groups[0]).exclude.insert(id("rtb-main"));
    world.table_mut("rtb-main").ignored = false;
    assert!(told(&excluding, &world)[0].starts_with("untouched"), "{:?}", told(&excluding, &world));
}

#[test]
fn an_interface_that_was_a_members_is_named_as_such() {
    let mut wish = wish();
    let replaced = &mut Arc::make_mut(&mut wish.groups[0]).members[0].interfaces;
    replaced.insert(id("lan"), id("eni-a-new"));
    let world = changed(then(), &[("rtb-main", "0.0.0.0/0", "eni-b-lan")]);
    assert_eq!(
        told(&wish, &world),
        ["untouched 0.0.0.0/0 in rtb-main: eni-a-lan was the lan of A in vaer then, and is no member's now"]
    );
}

#[test]
fn tables_that_are_gone_or_new_and_moved_associations_are_told_and_not_written() {
    let mut wish = all();
    let subnet =
        |id: &str| Association { id: Some(id.to_owned()), with: Associated::Subnet("subnet-a".to_owned()) };
    wish.backup.tables.associations.insert(id("rtb-main"), vec![subnet("rtbassoc-1")]);
    let mut now = look(&then().table("rtb-new", [route("0.0.0.0/0", "eni-a-lan")]));
    now.tables.tables.remove(&id("rtb-main"));
    now.tables.associations.insert(id("rtb-other"), vec![subnet("rtbassoc-2")]);
    let comparison = compare(&wish, &now);
    assert!(comparison.routes.is_empty());
    let gone = &comparison.tables_gone[0];
    assert_eq!((gone.table.as_str(), gone.routes, gone.to_members), ("rtb-main", 4, 3));
    assert_eq!(comparison.tables_new, [id("rtb-new")]);
    let moved = &comparison.associations[0];
    assert_eq!(moved.of.to_string(), "subnet-a");
    assert_eq!((moved.then.clone(), moved.now.clone()), (Some(id("rtb-main")), Some(id("rtb-other"))));
    assert_eq!(moved.association.as_deref(), Some("rtbassoc-2"));
}

#[test]
fn each_rule_stops_the_write_that_breaks_it() {
    let world = changed(
        then(),
        &[
            ("rtb-main", "0.0.0.0/0", "eni-b-lan"),
            ("rtb-main", "10.2.0.0/16", "nat-1"),
            ("rtb-main", "10.1.0.0/16", ""),
        ],
    );
    let writes: Vec<_> = compare(&all(), &look(&world)).routes.iter().filter_map(Write::of).collect();
    let rule = |write: Write, wish: &Wish, look: &Look| {
        check(vec![write], wish, look).1.first().map(|(_, rule)| *rule)
    };
    let now = look(&world);
    assert_eq!(check(writes.clone(), &all(), &now).0, writes);
    let (replace, create, escape) = (writes[0].clone(), writes[1].clone(), writes[2].clone());
    assert_eq!(rule(escape.clone(), &all(), &now), None);
    assert_eq!(rule(escape, &wish(), &now), Some(Rule::StaysWithinGroup));
    let other = Write { to: Some(Target::Interface(id("eni-b-wan"))), ..replace.clone() };
    assert_eq!(rule(other, &all(), &now), Some(Rule::BackupSaysSo));
    let deleted = Write { act: Act::DeleteRoute, to: None, ..replace.clone() };
    assert_eq!(rule(deleted, &all(), &now), Some(Rule::BackupSaysSo));
    let made = Write { act: Act::CreateRoute, ..replace.clone() };
    assert_eq!(rule(made, &all(), &now), Some(Rule::BackupSaysSo));
    let down = look(&world.clone().is("A", InstanceState::Stopped));
    assert_eq!(rule(create.clone(), &all(), &down), Some(Rule::TargetNotDown));
    let elsewhere = Write { key: key("rtb-new", "0.0.0.0/0"), ..create.clone() };
    assert_eq!(rule(elsewhere, &all(), &now), Some(Rule::TableIsMeant));
    let mut foreign = now.clone();
    foreign.tables.tables.get_mut(&id("rtb-main")).unwrap().vpc = id("vpc-other");
    assert_eq!(rule(create.clone(), &all(), &foreign), Some(Rule::TableIsMeant));
    let mut propagated = now.clone();
    propagated
        .tables
        .tables
        .get_mut(&id("rtb-main"))
        .unwrap()
        .routes
        .iter_mut()
        .for_each(|r| r.origin = Origin::Propagated);
    assert_eq!(rule(replace, &all(), &propagated), Some(Rule::MadeByOperator));
    assert_eq!(check(vec![create.clone(), create], &all(), &now).1[0].1, Rule::WrittenOnce);
}

/// EC2 for a restoration: what is there, and what it answers to a call.
struct Ec2 {
    world: World,
    now: Timestamp,
    calls: Vec<String>,
    /// The answer to the n-th call, if it is not to be simply made; and whether it is made all the same.
    answers: BTreeMap<usize, (WriteResult, bool)>,
    /// What the next looks show, instead of what is there.
    stale: Vec<World>,
}

impl Ec2 {
    fn of(world: World) -> Self {
        Self { world, now: at(0), calls: Vec::new(), answers: BTreeMap::new(), stale: Vec::new() }
    }

    fn restore(&mut self, wish: Wish) -> RestoreReport {
        let shown = compare(&wish, &look(&self.world));
        self.restore_what_was_shown(wish, &shown)
    }

    fn restore_what_was_shown(&mut self, wish: Wish, shown: &Comparison) -> RestoreReport {
        let deadline = self.now + Span::from_secs(60);
        let mut restoration = Restoration::start(wish, shown, self.now, deadline);
        loop {
            match restoration.next(self.now) {
                Action::Look => {
                    let seen = self.stale.pop().unwrap_or_else(|| self.world.clone());
                    restoration.looked(self.now, Ok(look(&seen)));
                }
                Action::Write(write) => {
                    let result = self.call(&write);
                    restoration.written(self.now, &write.key, result);
                }
                Action::Wait(until) => {
                    assert!(until > self.now);
                    self.now = until;
                }
                Action::Done(report) => return *report,
            }
        }
    }

    fn call(&mut self, write: &Write) -> WriteResult {
        self.calls.push(format!("{} {}", write.act.call(), write.key));
        let (result, made) =
            self.answers.get(&self.calls.len()).cloned().unwrap_or((WriteResult::Replaced, true));
        if made {
            let target = write.to.as_ref().map_or(String::new(), ToString::to_string);
            let (table, to) = (write.key.table.to_string(), write.key.destination.to_string());
            self.world = changed(self.world.clone(), &[(&table, &to, &target)]);
        }
        result
    }
}

/// Three routes of the group are not as they were, and one is too many.
fn spoiled() -> World {
    changed(
        then(),
        &[
            ("rtb-main", "10.2.0.0/16", "eni-b-wan"),
            ("rtb-main", "10.1.0.0/16", ""),
            ("rtb-main", "0.0.0.0/0", "eni-b-lan"),
            ("rtb-other", "10.9.0.0/16", "nat-1"),
        ],
    )
}

fn denied() -> WriteResult {
    WriteResult::Failed(WriteFailure {
        kind: FailureKind::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "no".to_owned(),
    })
}

#[test]
fn everything_comes_back_most_urgent_first_and_what_was_not_there_goes_last() {
    let mut ec2 = Ec2::of(spoiled());
    let report = ec2.restore(all());
    assert_eq!(
        ec2.calls,
        [
            "ReplaceRoute 0.0.0.0/0 in rtb-main",
            "CreateRoute 10.1.0.0/16 in rtb-main",
            "ReplaceRoute 10.2.0.0/16 in rtb-main",
            "DeleteRoute 10.9.0.0/16 in rtb-other",
        ]
    );
    assert_eq!((report.outcome, report.summary.as_str()), (Outcome::Restored, "4 routes restored"));
    assert!(told(&all(), &ec2.world).is_empty());
}

#[test]
fn one_failure_stops_no_other_write_but_holds_removals_back() {
    let mut ec2 = Ec2::of(spoiled());
    ec2.answers.insert(1, (denied(), false));
    let report = ec2.restore(all());
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert_eq!(report.summary, "2 routes could NOT be restored; 2 routes restored");
    assert!(!ec2.calls.iter().any(|call| call.starts_with("DeleteRoute")), "{:?}", ec2.calls);
    let why: Vec<_> = report.routes.iter().filter_map(|route| route.result.why()).collect();
    assert_eq!(why[0], "your credentials lack the permission ec2:ReplaceRoute (UnauthorizedOperation: no)");
    assert!(why[1].starts_with("held back"), "{why:?}");
}

#[test]
fn a_throttled_write_is_made_again() {
    let mut ec2 = Ec2::of(spoiled());
    ec2.answers.insert(2, (WriteResult::Throttled, false));
    assert_eq!(ec2.restore(wish()).outcome, Outcome::Restored);
    assert_eq!(ec2.calls.len(), 4);
}

#[test]
fn a_lost_reply_is_settled_by_looking_and_a_lost_request_is_made_again() {
    let silence = || WriteResult::NoReply("no answer".to_owned());
    let mut ec2 = Ec2::of(spoiled());
    ec2.answers.insert(1, (silence(), true));
    ec2.answers.insert(2, (silence(), false));
    assert_eq!(ec2.restore(wish()).outcome, Outcome::Restored);
    let again = [
        "ReplaceRoute 0.0.0.0/0",
        "CreateRoute 10.1.0.0/16",
        "ReplaceRoute 10.2.0.0/16",
        "CreateRoute 10.1.0.0/16",
    ];
    assert_eq!(ec2.calls, again.map(|call| format!("{call} in rtb-main")));
}

#[test]
fn a_stale_look_after_the_writes_is_looked_past() {
    let mut ec2 = Ec2::of(spoiled());
    ec2.stale = vec![spoiled(), spoiled()];
    assert_eq!(ec2.restore(wish()).outcome, Outcome::Restored);
    assert_eq!(ec2.calls.len(), 3, "{:?}", ec2.calls);
}

#[test]
fn what_was_acknowledged_and_is_never_seen_is_unverified() {
    let mut ec2 = Ec2::of(spoiled());
    ec2.answers.insert(1, (WriteResult::Replaced, false));
    let report = ec2.restore(wish());
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(report.summary, "1 route written and NOT verified; 2 routes restored");
    assert_eq!(ec2.calls.len(), 3);
}

#[test]
fn a_route_that_somebody_else_made_meanwhile_is_replaced_instead() {
    let mut ec2 = Ec2::of(spoiled());
    let shown = compare(&wish(), &look(&ec2.world));
    // The first look is older than what has happened since.
    ec2.stale = vec![spoiled()];
    ec2.world = changed(ec2.world, &[("rtb-main", "10.1.0.0/16", "eni-b-lan")]);
    let exists = WriteFailure {
        kind: FailureKind::Other,
        code: "RouteAlreadyExists".to_owned(),
        message: "it exists".to_owned(),
    };
    ec2.answers.insert(2, (WriteResult::Failed(exists), false));
    assert_eq!(ec2.restore_what_was_shown(wish(), &shown).outcome, Outcome::Restored);
    assert_eq!(ec2.calls[3], "ReplaceRoute 10.1.0.0/16 in rtb-main");
}

#[test]
fn only_what_was_agreed_to_is_written() {
    let mut ec2 = Ec2::of(changed(then(), &[("rtb-main", "0.0.0.0/0", "eni-b-lan")]));
    let shown = compare(&all(), &look(&ec2.world));
    ec2.world = spoiled();
    let report = ec2.restore_what_was_shown(all(), &shown);
    assert_eq!(ec2.calls, ["ReplaceRoute 0.0.0.0/0 in rtb-main"]);
    assert_eq!((report.outcome, report.routes.len()), (Outcome::Restored, 1));
}

#[test]
fn a_member_that_goes_down_after_the_consent_gets_nothing() {
    let mut ec2 = Ec2::of(spoiled());
    let shown = compare(&wish(), &look(&ec2.world));
    ec2.world = spoiled().is("A", InstanceState::Stopping);
    let report = ec2.restore_what_was_shown(wish(), &shown);
    assert!(ec2.calls.is_empty());
    assert_eq!(report.outcome, Outcome::Incomplete);
    let why = report.routes[0].result.why().unwrap();
    assert_eq!(why, "it has changed since you agreed: A is down: i-a is stopping");
}

#[test]
fn without_an_answer_in_time_the_rest_is_told_as_not_written() {
    let world = spoiled();
    let (wish, shown) = (wish(), compare(&wish(), &look(&world)));
    let mut restoration = Restoration::start(wish, &shown, at(0), at(5_000));
    assert_eq!(restoration.next(at(0)), Action::Look);
    restoration.looked(at(10), Ok(look(&world)));
    let Action::Write(write) = restoration.next(at(10)) else { panic!("nothing is written") };
    restoration.written(at(20), &write.key, WriteResult::Replaced);
    let Action::Write(_) = restoration.next(at(20)) else { panic!("nothing more is written") };
    let Action::Done(report) = restoration.next(at(5_000)) else { panic!("it goes on") };
    let results: Vec<_> = report.routes.iter().map(|route| route.result.to_string()).collect();
    assert_eq!(results, ["unverified", "unverified", "NOT WRITTEN"]);
    assert_eq!(report.outcome.exit_code(), 5);
}

#[test]
fn blindness_is_told_and_nothing_is_written() {
    let (wish, shown) = (wish(), compare(&wish(), &look(&spoiled())));
    let mut restoration = Restoration::start(wish, &shown, at(0), at(5_000));
    assert_eq!(restoration.next(at(0)), Action::Look);
    restoration.looked(at(10), Err(failure("denied", false)));
    let Action::Done(report) = restoration.next(at(10)) else { panic!("it goes on") };
    assert_eq!((report.outcome.exit_code(), report.problem.as_deref()), (11, Some("denied")));
}
