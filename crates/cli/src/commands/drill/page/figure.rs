//! The picture of the VPC: members left and right with their health, route tables below, and a line from each table to the
//! interface that its routes point at. Drawn narrow enough for a phone; wider, it only grows.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::picture::{Light, MemberPicture, Picture};
use crate::output::count;

const WIDTH: usize = 400;
/// On both sides is a lane for each interface, where its line runs.
const LANE: usize = 8;
const GAP: usize = 12;
const BOX_TOP: usize = 22;
const HEAD: usize = 62;
const CHIP: usize = 20;
const TABLE: usize = 24;
const ROW: usize = 18;

/// More tables than this are told by their number.
const MOST_TABLES: usize = 14;

/// A figure with its caption. What moved since `before` is marked.
pub(super) fn vpc(caption: &str, step: usize, picture: &Picture, before: Option<&Picture>) -> Markup {
    let drawing = Drawing::new(picture, before);
    let id = format!("picture-{step}-{}", caption.to_lowercase());
    html! {
        figure.vpc {
            figcaption { (caption) ": " (picture.carriers()) }
            div.scroll tabindex="0" role="region" aria-label={ "Picture of the VPC " (caption.to_lowercase()) " step " (step) } {
                svg role="img" aria-labelledby=(id) viewBox={ "0 0 " (WIDTH) " " (drawing.height) } {
                    title id=(id) { (words(picture)) }
                    @for line in &drawing.lines { (line.draw()) }
                    @for member in &drawing.members { (member.draw()) }
                    @for table in &drawing.tables { (table.draw(&drawing)) }
                }
            }
        }
    }
}

/// The same for those who cannot see it.
fn words(picture: &Picture) -> String {
    let member = |member: &MemberPicture| {
        let state = member.state.map_or("unknown".to_owned(), |state| state.to_string());
        format!("{} is {state} and carries {}", member.name, count(member.carries, "route"))
    };
    picture.members.iter().map(member).collect::<Vec<_>>().join("; ")
}

struct Drawing<'a> {
    members: Vec<Member<'a>>,
    tables: Vec<Table>,
    lines: Vec<Line>,
    left: usize,
    right: usize,
    height: usize,
}

struct Member<'a> {
    picture: &'a MemberPicture,
    colour: usize,
    x: usize,
    y: usize,
    width: usize,
}

struct Table {
    title: String,
    y: usize,
    rows: Vec<Row>,
    moved: bool,
}

/// The routes of a table that point at one interface.
struct Row {
    text: String,
    lane: Option<Lane>,
    moved: bool,
    y: usize,
}

/// Where the line of an interface runs.
#[derive(Clone, Copy)]
struct Lane {
    x: usize,
    chip_x: usize,
    chip_y: usize,
    colour: usize,
    dead: bool,
}

/// From an interface down its lane to the last table.
struct Line {
    lane: Lane,
    rows: Vec<usize>,
    edge: usize,
}

impl<'a> Drawing<'a> {
    fn new(picture: &'a Picture, before: Option<&Picture>) -> Self {
        let side = |right: bool| {
            let of_side = picture.members.iter().enumerate().filter(move |(at, _)| (at % 2 == 1) == right);
            of_side.map(|(_, member)| member.interfaces.len()).sum::<usize>()
        };
        let (left, right) = (8 + LANE * side(false), WIDTH - 8 - LANE * side(true));
        let width = (right - left - GAP) / 2;
        let mut lanes = BTreeMap::new();
        let mut members = Vec::new();
        // From the outermost lane inwards, and from the top down, so that lines do not cross.
        let (mut bottom, mut used) = ([BOX_TOP, BOX_TOP], [0, 0]);
        for (at, member) in picture.members.iter().enumerate() {
            let side = at % 2;
            let (x, y) = (if side == 0 { left } else { right - width }, bottom[side]);
            for (chip, interface) in member.interfaces.iter().enumerate() {
                let out = 6 + LANE * used[side];
                used[side] += 1;
                let lane = Lane {
                    x: if side == 0 { out } else { WIDTH - out },
                    chip_x: if side == 0 { x } else { x + width },
                    chip_y: y + HEAD + CHIP * chip + CHIP / 2 - 1,
                    colour: at,
                    dead: member.health == Light::Down,
                };
                lanes.insert((member.name.as_str(), interface.id.as_str()), lane);
            }
            members.push(Member { picture: member, colour: at, x, y, width });
            bottom[side] = y + HEAD + CHIP * member.interfaces.len() + 4 + BOX_TOP;
        }
        let y = bottom[0].max(bottom[1]) - BOX_TOP + 18;
        let (tables, y) = tables(picture, before, &lanes, y);
        let mut drawing = Self { members, tables, lines: Vec::new(), left, right, height: y };
        // The outermost first: those within are drawn over them.
        let mut outwards: Vec<_> = lanes.into_values().collect();
        outwards.sort_by_key(|lane| lane.x.min(WIDTH - lane.x));
        drawing.lines = outwards.into_iter().filter_map(|lane| drawing.line(lane)).collect();
        drawing
    }

    /// The line of a lane, if a route points there.
    fn line(&self, lane: Lane) -> Option<Line> {
        let rows = self.tables.iter().flat_map(|table| &table.rows);
        let rows: Vec<_> =
            rows.filter(|row| row.lane.is_some_and(|at| at.x == lane.x)).map(|row| row.y).collect();
        let edge = if lane.x < WIDTH / 2 { self.left } else { self.right };
        (!rows.is_empty()).then_some(Line { lane, rows, edge })
    }
}

type Lanes<'a> = BTreeMap<(&'a str, &'a str), Lane>;

/// The tables with routes of the group, from `y` down, and where they end.
fn tables(
    picture: &Picture,
    before: Option<&Picture>,
    lanes: &Lanes<'_>,
    mut y: usize,
) -> (Vec<Table>, usize) {
    let mut by_table: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (route, holder) in picture.ours() {
        by_table.entry(&route.table).or_default().push((route, holder));
    }
    let more = by_table.len().saturating_sub(MOST_TABLES);
    let mut drawn = Vec::new();
    for (id, routes) in by_table.into_iter().take(MOST_TABLES) {
        let name = routes.first().and_then(|(route, _)| route.table_name.clone());
        let mut table = Table {
            title: name.map_or(id.to_owned(), |name| short(&format!("{id}  {name}"), 46)),
            y,
            rows: Vec::new(),
            moved: false,
        };
        let mut by_holder: BTreeMap<_, (usize, usize, usize)> = BTreeMap::new();
        for (route, holder) in &routes {
            let was = before.and_then(|before| before.route(route));
            let moved = was.is_some_and(|was| was.target != route.target);
            let counted = by_holder.entry((holder.member.as_str(), holder.interface.as_str())).or_default();
            counted.0 += 1;
            counted.1 += usize::from(moved);
            counted.2 += usize::from(route.blackhole);
        }
        for (at, ((member, interface), (routes, moved, blackhole))) in by_holder.into_iter().enumerate() {
            let dead = if blackhole > 0 { ", blackhole" } else { "" };
            let path = picture
                .member(member)
                .and_then(|member| member.interfaces.iter().find(|i| i.id == interface));
            let path =
                path.and_then(|found| found.path.as_ref()).map_or(String::new(), |path| format!(" {path}"));
            let arrow = if moved > 0 { ", moved" } else { "" };
            table.moved |= moved > 0;
            table.rows.push(Row {
                text: format!("{} at {member}{path}{dead}{arrow}", count(routes, "route")),
                lane: lanes.get(&(member, interface)).copied(),
                moved: moved > 0,
                y: y + TABLE + ROW * at + ROW / 2 - 3,
            });
        }
        y += TABLE + ROW * table.rows.len() + 10;
        drawn.push(table);
    }
    let others = picture.bystanders();
    let rest = [
        (more > 0).then(|| format!("and {}", count(more, "more route table"))),
        (others > 0).then(|| format!("{}, not of the group", count(others, "other route"))),
    ];
    for title in rest.into_iter().flatten() {
        drawn.push(Table { title, y, rows: Vec::new(), moved: false });
        y += TABLE + 8;
    }
    (drawn, y)
}

impl Line {
    fn draw(&self) -> Markup {
        let Lane { x, chip_x, chip_y, colour, dead } = self.lane;
        let down = self.rows.iter().max().copied().unwrap_or(chip_y);
        let mut path = format!("M{chip_x} {chip_y}H{x}V{down}");
        for y in &self.rows {
            // Writing into a String cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut path, format_args!("M{x} {y}H{}", self.edge));
        }
        html! {
            // A margin, where the line crosses one that is farther out.
            path.under d=(path) {}
            path class={ "line c" (colour % 4) @if dead { " dead" } } d=(path) {}
            @for y in &self.rows { circle class={ "joint c" (colour % 4) @if dead { " dead" } } cx=(x) cy=(y) r="3" {} }
        }
    }
}

impl Member<'_> {
    fn draw(&self) -> Markup {
        let Self { picture: member, colour, x, y, width } = *self;
        let light = match member.health {
            Light::Up => "up",
            Light::Doubtful => "doubtful",
            Light::Down => "down",
        };
        let state = member.state.map_or("unknown".to_owned(), |state| state.to_string());
        let height = HEAD + CHIP * member.interfaces.len() + 4;
        let right = self.colour % 2 == 1;
        html! {
            text.zone x=(x + width / 2) y=(y - 7) text-anchor="middle" { (member.zone.as_deref().unwrap_or("zone not known")) }
            rect class={ "member " (light) } x=(x) y=(y) width=(width) height=(height) rx="6" {}
            (dot(member.health, x + width - 15, y + 17))
            text.name x=(x + 10) y=(y + 21) { (short(&member.name, 16)) }
            text class={ "state " (light) } x=(x + 10) y=(y + 37) { (state) ", " (count(member.carries, "route")) }
            text.mono x=(x + 10) y=(y + 52) { (short(member.instance.as_deref().unwrap_or("no instance"), 21)) }
            @for (at, interface) in member.interfaces.iter().enumerate() {
                @let top = y + HEAD + CHIP * at;
                rect class={ "port c" (colour % 4) } x=(if right { x + 8 } else { x }) y=(top) width=(width - 8) height=(CHIP - 3) {}
                text.port x=(x + 10) y=(top + 12) {
                    @if let Some(path) = &interface.path { tspan.path { (short(path, 8)) } " " }
                    (short(&interface.id, 21))
                }
            }
        }
    }
}

/// Health by form as well as by colour.
fn dot(health: Light, x: usize, y: usize) -> Markup {
    match health {
        Light::Up => html! { circle.dot.up cx=(x) cy=(y) r="5" {} },
        Light::Doubtful => {
            html! { path.dot.doubtful d=(format!("M{x} {}L{} {}H{}Z", y - 6, x + 6, y + 5, x - 6)) {} }
        }
        Light::Down => {
            let (left, right, top, bottom) = (x - 5, x + 5, y - 5, y + 5);
            html! { path.cross d=(format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}")) {} }
        }
    }
}

impl Table {
    fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let (x, width) = (drawing.left, drawing.right - drawing.left);
        let height = TABLE + ROW * self.rows.len();
        let plain = self.rows.is_empty();
        html! {
            rect.table.moved[self.moved].plain[plain] x=(x) y=(self.y) width=(width) height=(height) rx="4" {}
            text.title.plain[plain] x=(x + width / 2) y=(self.y + 16) text-anchor="middle" { (self.title) }
            @for row in &self.rows {
                @let right = row.lane.is_some_and(|lane| lane.x > WIDTH / 2);
                text.row.moved[row.moved] x=(if right { x + width - 8 } else { x + 8 }) y=(row.y + 4)
                    text-anchor=(if right { "end" } else { "start" }) { (row.text) }
            }
        }
    }
}

/// What fits; the full text stands in the table below.
fn short(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}
