//! Events: whatever reaches the function, or is fed to the command line.

use hopover_core::config::Config;
use hopover_core::observation::InstanceState;
use hopover_core::trigger::{Order, StateChange, Trigger};
use serde_json::{Map, Value, json};

use crate::cases::{Dice, Target, is_one_line};

/// The longest refusal, in characters.
const LONGEST: usize = 1_200;

#[test]
fn no_bytes_are_more_than_a_refused_event() {
    let target = Target { name: "events from bytes", weight: 16, longest: 512 };
    target.run(&["no JSON"], |bytes| {
        if let Ok(event) = serde_json::from_slice::<Value>(bytes) {
            return judge(&event);
        }
        let refusal = Trigger::from_json(&String::from_utf8_lossy(bytes)).unwrap_err().to_string();
        assert!(is_one_line(&refusal, LONGEST), "{} bytes: {refusal:.300}", refusal.len());
        "no JSON"
    });
}

#[test]
fn an_event_that_is_accepted_means_what_it_says() {
    let target =
        Target { name: "events with fields dropped, retyped, huge, deep and odd", weight: 16, longest: 256 };
    target.run(&["accepted", "refused"], |bytes| {
        let mut dice = Dice::new(bytes);
        let mut event = event(&mut dice);
        let changes = dice.below(5);
        for _ in 0..changes {
            spoil(&mut event, &mut dice);
        }
        let word = judge(&event);
        assert!(changes > 0 || word == "accepted", "an event that is right was refused: {event}");
        // As text it is the same event, or refused for its depth.
        match Trigger::from_json(&event.to_string()) {
            Ok(trigger) => assert_eq!(Ok(trigger), Trigger::from_value(&event)),
            Err(refusal) => assert!(is_one_line(&refusal.to_string(), LONGEST), "{refusal:.300}"),
        }
        word
    });
}

/// On a thread with the stack of a Lambda runtime's worker: 2 MB. A stack that overflows ends the whole process.
#[test]
fn a_hundred_thousand_levels_are_refused_and_not_a_crash() {
    let texts =
        ["[", "{\"a\":", "[{\"a\":", " \n[", "{\"detail\":{\"a\":["].map(|level| level.repeat(100_000));
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for text in texts {
            let refusal = Trigger::from_json(&text).unwrap_err().to_string();
            assert!(is_one_line(&refusal, LONGEST), "{refusal:.300}");
        }
    });
    worker.unwrap().join().unwrap();
}

/// EventBridge delivers 256 KB, Lambda takes 6 MB, and a file may hold anything.
#[test]
fn an_event_of_six_megabytes_is_refused_in_one_line() {
    let huge = "x\n".repeat(3 << 20);
    for pointer in
        ["/source", "/detail-type", "/time", "/region", "/detail/instance-id", "/detail/state", "/detail"]
    {
        let mut event = state_change();
        *event.pointer_mut(pointer).unwrap() = json!(huge);
        judge(&event);
    }
    for field in ["group", "to", "tables", "force", &huge] {
        let mut event = order();
        event["detail"][field] = json!(huge);
        judge(&event);
        event["detail"][field] = json!([huge]);
        judge(&event);
    }
}

/// Holds the trigger against the event, and says whether it was accepted.
fn judge(event: &Value) -> &'static str {
    let trigger = match Trigger::from_value(event) {
        Ok(trigger) => trigger,
        Err(refusal) => {
            let refusal = refusal.to_string();
            assert!(is_one_line(&refusal, LONGEST), "{} bytes: {refusal:.300}", refusal.len());
            return "refused";
        }
    };
    let field = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("(nothing)");
    match &trigger {
        Trigger::StateChange(StateChange { instance, state, region, time }) => {
            assert_eq!(field("/source"), "aws.ec2");
            assert_eq!(instance.as_str(), field("/detail/instance-id"));
            assert_eq!(InstanceState::from_name(field("/detail/state")), Some(*state));
            assert_eq!(region.as_str(), field("/region"));
            assert_eq!(field("/time").parse().ok(), Some(*time));
            assert!(instance.as_str().starts_with("i-") && instance.as_str().is_ascii());
            assert!(instance.as_str().len() <= 66, "{instance}");
        }
        Trigger::Order(Order { group, to, tables, force }) => {
            assert_eq!(field("/source"), "hopover");
            assert_eq!((group.as_str(), to.as_str()), (field("/detail/group"), field("/detail/to")));
            assert!([group.as_str(), to.as_str()].iter().all(|name| name.is_ascii() && name.len() <= 32));
            let asked = event.pointer("/detail/tables").and_then(Value::as_array);
            let said = |id: &str| asked.is_some_and(|asked| asked.iter().any(|other| other == id));
            assert!(tables.iter().all(|table| said(table.as_str())), "{tables:?}");
            assert!(asked.is_none_or(|asked| asked.is_empty() == tables.is_empty()));
            assert_eq!(*force, event.pointer("/detail/force") == Some(&json!(true)));
        }
        Trigger::Sweep => assert!(matches!(field("/source"), "aws.events" | "aws.scheduler" | "hopover")),
    }
    let config = Config::from_toml("here", CONFIG).unwrap();
    if let Err(not_for_us) = config.groups_for(&trigger) {
        assert!(is_one_line(&not_for_us.to_string(), LONGEST), "{not_for_us:.300}");
    }
    "accepted"
}

const CONFIG: &str = include_str!("../../../../scenarios/each-zone-has-its-own-home/hopover.toml");

fn state_change() -> Value {
    json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "123456789012",
        "time": "2026-01-31T02:03:04Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:ec2:eu-central-1:123456789012:instance/i-a"],
        "detail": { "instance-id": "i-a", "state": "stopping" },
    })
}

fn order() -> Value {
    json!({
        "source": "hopover",
        "detail-type": "Switchover",
        "detail": { "group": "vaer", "to": "B", "tables": ["rtb-zone-a"], "force": true },
    })
}

/// An event that is right.
fn event(dice: &mut Dice<'_>) -> Value {
    match dice.below(6) {
        0..=2 => {
            let mut event = state_change();
            event["detail"]["state"] = json!(dice.pick(&InstanceState::ALL).as_str());
            event
        }
        3 | 4 => order(),
        _ => json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }),
    }
}

/// Makes one change somewhere in it.
fn spoil(value: &mut Value, dice: &mut Dice<'_>) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !dice.one_in(12) => {
            let at = dice.below(fields.len().min(256));
            let name = fields.keys().nth(at).cloned().unwrap_or_default();
            match dice.below(6) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(dice.text(), anything(dice, 4))),
                2 => {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(dice.text(), moved);
                }
                _ => spoil(&mut fields[&name], dice),
            }
        }
        Value::Array(items) if !items.is_empty() && !dice.one_in(4) => {
            let at = dice.below(items.len().min(256));
            spoil(&mut items[at], dice);
        }
        Value::String(text) if dice.one_in(2) => match dice.below(3) {
            0 => *text = text.to_uppercase(),
            1 => text.insert(0, ' '),
            _ => text.push_str(&dice.text()),
        },
        _ => *value = anything(dice, 5),
    }
}

/// Words that mean something somewhere in an event.
const WORDS: [&str; 22] = [
    "aws.ec2",
    "aws.events",
    "hopover",
    "Switchover",
    "Sweep",
    "Scheduled Event",
    "EC2 Instance State-change Notification",
    "i-a",
    "i-0123456789abcdef0",
    "I-A",
    "i-",
    "running",
    "Stopped",
    "terminated",
    "rtb-zone-a",
    "eu-central-1",
    "vaer",
    "B",
    "2026-01-31T02:03:04Z",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00+25:59",
    "2026-02-30T24:00:60Z",
];

fn anything(dice: &mut Dice<'_>, depth: usize) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => json!(dice.one_in(2)),
        2 => json!(dice.word()),
        3 => json!(f64::from_bits(dice.word())),
        4 | 5 => json!(dice.pick(&WORDS)),
        6 if depth > 0 => (0..dice.below(4)).map(|_| anything(dice, depth - 1)).collect(),
        7 if depth > 0 => {
            let fields: Map<_, _> =
                (0..dice.below(4)).map(|_| (dice.text(), anything(dice, depth - 1))).collect();
            Value::Object(fields)
        }
        // Deeper than a text may be.
        8 if depth == 5 => (0..dice.below(256)).fold(Value::Null, |inner, _| json!([inner])),
        _ => json!(dice.text()),
    }
}
