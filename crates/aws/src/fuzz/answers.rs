//! Answers in EC2's form, and what may be wrong with them.

use std::fmt::Write as _;

use super::cases::Dice;

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Pages that do not end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pages {
    SameToken,
    NewTokens,
    TwoTokens,
}

impl Pages {
    /// The token of the page after that one.
    pub(super) fn token(self, page: u32) -> String {
        match self {
            Self::SameToken => "more".to_owned(),
            Self::NewTokens => format!("more {page}"),
            Self::TwoTokens => format!("more {}", page % 2),
        }
    }
}

/// What EC2 says of a healthy pair with routes on A.
pub(super) fn right(action: &str, token: Option<&str>) -> String {
    document(&response(action, token, &mut Dice::new(&[])))
}

/// An error in EC2's form.
pub(super) fn error(code: &str, message: &str) -> String {
    document(&refusal(code, message))
}

/// An answer to `DescribeInstances` or `DescribeRouteTables`, the n-th of a look.
pub(super) fn to_a_look(dice: &mut Dice<'_>, action: &str, page: u32) -> Answer {
    if dice.one_in(24) {
        return to_a_write(dice);
    }
    let token = match dice.below(24) {
        21 => Some(dice.text()),
        22 => Some(String::new()),
        23 => Some(dice.pick(&[Pages::SameToken, Pages::NewTokens, Pages::TwoTokens]).token(page)),
        _ => None,
    };
    let mut tree = response(action, token.as_deref(), dice);
    for _ in 0..dice.below(5).saturating_sub(1) {
        tree.spoil(dice);
    }
    let mut body = document(&tree).into_bytes();
    garble(&mut body, dice);
    Answer { status: 200, body }
}

/// An answer to `ReplaceRoute`, or one that has nothing to do with the question.
pub(super) fn to_a_write(dice: &mut Dice<'_>) -> Answer {
    const CODES: [&str; 10] = [
        "RequestLimitExceeded",
        "UnauthorizedOperation",
        "InvalidRoute.NotFound",
        "InvalidRouteTableID.NotFound",
        "InvalidNetworkInterfaceID.NotFound",
        "InvalidParameterValue",
        "InternalError",
        "DryRunOperation",
        "RequestExpired",
        "AuthFailure",
    ];
    let status = dice.pick(&[200, 400, 403, 503, 500, 501, 429, 204, 301, 418, 502, 599]);
    let mut tree = if status == 200 {
        let parts = vec![Xml::leaf("requestId", "x"), Xml::leaf("return", "true")];
        Xml::Element("ReplaceRouteResponse".to_owned(), parts)
    } else {
        let code = if dice.one_in(4) { dice.text() } else { dice.pick(&CODES).to_owned() };
        refusal(&code, &dice.text())
    };
    if dice.one_in(3) {
        tree.spoil(dice);
    }
    let mut body = match dice.below(12) {
        10 => b"<!DOCTYPE html><html><body>Internal Server Error<br></body></html>".to_vec(),
        11 => dice.text().into_bytes(),
        _ => document(&tree).into_bytes(),
    };
    garble(&mut body, dice);
    Answer { status, body }
}

/// Breaks the text itself, now and then.
fn garble(body: &mut Vec<u8>, dice: &mut Dice<'_>) {
    let length = body.len();
    let at = |dice: &mut Dice<'_>| usize::try_from(dice.word() % (length.max(1) as u64)).unwrap_or(0);
    match dice.below(24) {
        21 => body.truncate(at(dice)),
        22 => {
            let (from, to) = (at(dice), at(dice));
            let piece = body[from.min(to)..from.max(to)].to_vec();
            body.splice(from..from, piece);
        }
        23 if length > 0 => {
            let at = at(dice);
            body[at] = dice.byte();
        }
        _ => {}
    }
}

fn document(tree: &Xml) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    tree.render(&mut out);
    out
}

fn refusal(code: &str, message: &str) -> Xml {
    let error =
        Xml::Element("Error".to_owned(), vec![Xml::leaf("Code", code), Xml::leaf("Message", message)]);
    let errors = Xml::Element("Errors".to_owned(), vec![error]);
    Xml::Element("Response".to_owned(), vec![errors, Xml::leaf("RequestID", "x")])
}

fn response(action: &str, token: Option<&str>, dice: &mut Dice<'_>) -> Xml {
    let (set, items) = if action == "DescribeRouteTables" {
        ("routeTableSet", ["rtb-a", "rtb-b"].map(|id| route_table(id, dice)).to_vec())
    } else {
        ("reservationSet", ["a", "b"].map(|member| reservation(member, dice)).to_vec())
    };
    let mut parts = vec![Xml::leaf("requestId", "x"), Xml::Element(set.to_owned(), items)];
    parts.extend(token.map(|token| Xml::leaf("nextToken", token)));
    Xml::Element(format!("{action}Response"), parts)
}

fn item(parts: Vec<Xml>) -> Xml {
    Xml::Element("item".to_owned(), parts)
}

fn route_table(id: &str, dice: &mut Dice<'_>) -> Xml {
    let destinations = [
        ("destinationCidrBlock", "10.0.0.0/16"),
        ("destinationCidrBlock", "0.0.0.0/0"),
        ("destinationIpv6CidrBlock", "::/0"),
        ("destinationPrefixListId", "pl-a"),
    ];
    let routes = destinations.map(|(field, destination)| {
        item(vec![
            Xml::leaf(field, destination),
            Xml::leaf("networkInterfaceId", dice.pick(&["eni-a-lan", "eni-a-lan", "eni-b-lan", "eni-x"])),
            Xml::leaf("instanceId", "i-a"),
            Xml::leaf("instanceOwnerId", "123456789012"),
            Xml::leaf("state", dice.pick(&["active", "blackhole"])),
            Xml::leaf("origin", dice.pick(&["CreateRoute", "CreateRoute", "CreateRoute", "Advertisement"])),
        ])
    });
    let tag = item(vec![
        Xml::leaf("key", if dice.one_in(16) { "hopover:ignore" } else { "Name" }),
        Xml::leaf("value", "yes"),
    ]);
    item(vec![
        Xml::leaf("routeTableId", id),
        Xml::leaf("vpcId", if dice.one_in(16) { "vpc-other" } else { "vpc-main" }),
        Xml::Element("routeSet".to_owned(), routes.to_vec()),
        Xml::Element("tagSet".to_owned(), vec![tag]),
        Xml::Element("associationSet".to_owned(), Vec::new()),
    ])
}

fn reservation(member: &str, dice: &mut Dice<'_>) -> Xml {
    let states = ["running", "running", "running", "stopped", "pending", "hibernating"];
    let state = vec![Xml::leaf("code", "16"), Xml::leaf("name", dice.pick(&states))];
    let attachment = vec![Xml::leaf("status", dice.pick(&["attached", "attached", "attached", "detaching"]))];
    let interface = item(vec![
        Xml::leaf("networkInterfaceId", &format!("eni-{member}-lan")),
        Xml::leaf("vpcId", if dice.one_in(32) { "vpc-other" } else { "vpc-main" }),
        Xml::leaf("sourceDestCheck", dice.pick(&["false", "false", "true"])),
        Xml::Element("attachment".to_owned(), attachment),
    ]);
    let instance = item(vec![
        Xml::leaf("instanceId", &format!("i-{member}")),
        Xml::Element("instanceState".to_owned(), state),
        Xml::leaf("launchTime", "2026-01-01T00:00:00.000Z"),
        Xml::Element("placement".to_owned(), vec![Xml::leaf("availabilityZone", "eu-central-1a")]),
        Xml::Element("networkInterfaceSet".to_owned(), vec![interface]),
    ]);
    item(vec![Xml::leaf("reservationId", "r-a"), Xml::Element("instancesSet".to_owned(), vec![instance])])
}

/// A document that can be spoiled.
#[derive(Debug, Clone)]
enum Xml {
    Element(String, Vec<Xml>),
    Text(String),
    /// Text that is not escaped, as some servers send it.
    Raw(String),
}

impl Xml {
    fn leaf(name: &str, text: &str) -> Self {
        Self::Element(name.to_owned(), vec![Self::Text(text.to_owned())])
    }

    fn render(&self, out: &mut String) {
        match self {
            Self::Element(name, parts) => {
                // Writing into a String cannot fail.
                let _ = write!(out, "<{name}>");
                for part in parts {
                    part.render(out);
                }
                let _ = write!(out, "</{name}>");
            }
            Self::Text(text) => {
                out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            }
            Self::Raw(text) => out.push_str(text),
        }
    }

    /// Makes one change somewhere below.
    fn spoil(&mut self, dice: &mut Dice<'_>) {
        const WORDS: [&str; 24] = [
            "eni-a-lan",
            "eni-b-lan",
            "eni-x",
            "ENI-A",
            "i-a",
            "i-b",
            "vpc-main",
            "vpc-other",
            "rtb-a",
            "rtb-zone-b",
            "running",
            "stopped",
            "CreateRoute",
            "CreateRouteTable",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/16",
            "true",
            "false",
            "-1",
            "1e999",
            "9999-12-31T23:59:59Z",
            "-62135596801",
            "pl-a",
        ];
        let Self::Element(name, parts) = self else {
            *self = match dice.below(4) {
                0 => Self::Text(dice.text()),
                1 => Self::Raw(dice.text()),
                _ => Self::Text(dice.pick(&WORDS).to_owned()),
            };
            return;
        };
        if parts.is_empty() || dice.one_in(24) {
            *name = if dice.one_in(2) { "item".to_owned() } else { format!("{name}x") };
            return;
        }
        let (at, other) = (dice.below(parts.len().min(256)), dice.below(parts.len().min(256)));
        match dice.below(16) {
            0 => drop(parts.remove(at)),
            1 => parts.insert(other, parts[at].clone()),
            2 => parts.swap(at, other),
            3 => parts[at] = Self::Text(dice.text()),
            4 => {
                let many = vec![parts[at].clone(); dice.below(64)];
                parts.extend(many);
            }
            _ => parts[at].spoil(dice),
        }
    }
}
