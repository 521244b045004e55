//! How a step is judged. What is judged is the VPC itself, not what hopover says of it.

use std::collections::BTreeMap;

use super::picture::{Holder, Picture, RoutePicture};
use super::protocol::RouteLine;
use crate::output::count;

/// What is wrong after a step, if `carrier` should carry every route of the group, and nothing else should have changed
/// since the drill began.
pub(super) fn judge(carrier: &str, at_first: &Picture, after: &Picture) -> Vec<String> {
    let mut problems = Vec::new();
    for route in &at_first.routes {
        let name = format!("{} in {}", route.destination, route.table);
        let Some(now) = after.route(route) else {
            problems.push(format!("{name} is gone"));
            continue;
        };
        match &route.holder {
            None if now.target != route.target => {
                problems.push(format!("bystander {name} was moved from {} to {}", route.target, now.target));
            }
            None => {}
            Some(_) if is_on(now, route, carrier) => {}
            Some(_) => problems.push(format!("{name} is not on {carrier}")),
        }
    }
    let is_new = |route: &&RoutePicture| at_first.route(route).is_none();
    let new = after.routes.iter().filter(is_new);
    problems.extend(new.map(|route| format!("{} in {} is new", route.destination, route.table)));
    problems
}

/// True if a route is on that member now, on the same path as before.
pub(super) fn is_on(now: &RoutePicture, before: &RoutePicture, member: &str) -> bool {
    let path = |holder: &Holder| holder.path.clone();
    now.holder.as_ref().is_some_and(|holder| {
        holder.member == member && before.holder.as_ref().map(path) == Some(holder.path.clone())
    })
}

/// How many routes of the group are on that member, of those that were there at first.
pub(super) fn arrived(carrier: &str, at_first: &Picture, now: &Picture) -> usize {
    at_first
        .ours()
        .filter(|(route, _)| now.route(route).is_some_and(|now| is_on(now, route, carrier)))
        .count()
}

/// The routes that point elsewhere than before.
pub(super) fn moved<'a>(
    before: &'a Picture,
    after: &'a Picture,
) -> impl Iterator<Item = (&'a RoutePicture, Option<&'a RoutePicture>)> {
    before.routes.iter().filter_map(|route| {
        let now = after.route(route);
        (now.map(|now| &now.target) != Some(&route.target)).then_some((route, now))
    })
}

/// What became of the routes of the group, in words.
pub(super) fn happened(before: &Picture, after: &Picture) -> String {
    let mut ways: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (route, holder) in before.ours() {
        let to = after.route(route).and_then(|now| now.holder.as_ref());
        let to = to.map_or("nowhere".to_owned(), |holder| holder.member.clone());
        *ways.entry((holder.member.clone(), to)).or_default() += 1;
    }
    let say = |((from, to), routes): ((String, String), usize)| {
        let (stay, go) = if routes == 1 { ("stays", "moves") } else { ("stay", "move") };
        let routes = count(routes, "route");
        if from == to {
            format!("{routes} {stay} on {to}")
        } else {
            format!("{routes} {go} from {from} to {to}")
        }
    };
    ways.into_iter().map(say).collect::<Vec<_>>().join(", ")
}

/// The routes of the group before and after.
pub(super) fn lines(before: &Picture, after: &Picture) -> Vec<RouteLine> {
    before
        .ours()
        .map(|(route, holder)| RouteLine {
            table: route.table.clone(),
            destination: route.destination.clone(),
            before: holder.to_string(),
            after: after
                .route(route)
                .and_then(|now| now.holder.as_ref())
                .map_or("-".to_owned(), ToString::to_string),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::picture::testing::picture;
    use super::*;

    #[test]
    fn a_step_that_did_what_it_should_has_no_problem() {
        let before = picture(&[("0.0.0.0/0", "A"), ("::/0", "A"), ("10.9.0.0/16", "pcx")]);
        let after = picture(&[("0.0.0.0/0", "B"), ("::/0", "B"), ("10.9.0.0/16", "pcx")]);
        assert_eq!(judge("B", &before, &after), Vec::<String>::new());
        assert_eq!(happened(&before, &after), "2 routes move from A to B");
        assert_eq!(moved(&before, &after).count(), 2);
        assert_eq!(arrived("B", &before, &after), 2);
    }

    #[test]
    fn a_route_that_stayed_behind_a_lost_one_a_moved_bystander_and_a_new_route_are_problems() {
        let before = picture(&[("0.0.0.0/0", "A"), ("::/0", "A"), ("10.9.0.0/16", "pcx")]);
        let after = picture(&[("0.0.0.0/0", "A"), ("10.9.0.0/16", "B"), ("10.1.0.0/16", "B")]);
        let problems = judge("B", &before, &after);
        assert_eq!(
            problems,
            [
                "0.0.0.0/0 in rtb-1 is not on B",
                "::/0 in rtb-1 is gone",
                "bystander 10.9.0.0/16 in rtb-1 was moved from pcx to eni-b",
                "10.1.0.0/16 in rtb-1 is new",
            ]
        );
        assert_eq!(happened(&before, &after), "1 route stays on A, 1 route moves from A to nowhere");
    }
}
