//! What the stack costs a month, with the arithmetic shown.

use serde::{Serialize, Serializer};

use super::parameters::Architecture;
use super::prices::{
    ALARM, ARM_GB_SECOND, BUCKET_GB, DASHBOARD, LOG_GB, LOG_KEPT_GB, LOOKED_UP, MAIL, METRIC, PRICED_REGION,
    Price, REQUEST, X86_GB_SECOND,
};

/// A month, in hours.
const HOURS: f64 = 730.0;

/// Sweeps a month: one a minute.
const SWEEPS: u32 = 43_800;

/// What a run is billed for, in seconds. Two calls of EC2 side by side, generously.
const SECONDS_A_RUN: f64 = 0.5;

/// The function's memory, in GB.
const MEMORY_GB: f64 = 0.5;

/// What a sweep logs, in kilobytes, generously: its story, the figures, the platform's lines, and the 26 bytes that CloudWatch
/// counts for each line. A test of the deployed stack measures the first two.
const LOGGED_KB_A_RUN: f64 = 4.0;

/// Metrics that every sweep counts. Those of a failover are billed for the hours in which there is one.
const METRICS: u32 = 5;

/// Alarms of the template.
const ALARMS: u32 = 6;

/// Mails a month, generously.
const MAILS: u32 = 100;

/// How much of its size a log takes once it is kept.
const KEPT: f64 = 0.15;

/// What it costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// US dollars a month, if nothing is free.
    #[serde(serialize_with = "cents")]
    pub dollars_a_month: f64,
    /// The same within the free tier, if nothing else in the account uses it.
    #[serde(serialize_with = "cents")]
    pub dollars_beyond_the_free_tier: f64,
    /// The region of the prices.
    pub prices_of: &'static str,
    /// When they were looked up.
    pub prices_from: &'static str,
    /// Each part, the dearest first.
    pub lines: Vec<CostLine>,
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostLine {
    /// For what.
    pub what: &'static str,
    /// US dollars a month.
    #[serde(serialize_with = "cents")]
    pub dollars: f64,
    /// How that comes about.
    pub how: String,
    /// How much of it is free in every account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<&'static str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn cents<S: Serializer>(dollars: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((dollars * 100.0).round() / 100.0)
}

/// What the stack costs, with code of so many bytes whose log is kept for so many days.
pub fn cost(architecture: Architecture, code_bytes: u64, log_days: u16) -> Cost {
    let sweeps = f64::from(SWEEPS);
    let second = match architecture {
        Architecture::Arm64 => ARM_GB_SECOND,
        Architecture::X86_64 => X86_GB_SECOND,
    };
    let logged = sweeps * LOGGED_KB_A_RUN / 1e6;
    // Once it is full, it holds as many months as it is kept for.
    let kept = logged * KEPT * f64::from(log_days) * 24.0 / HOURS;
    #[expect(clippy::cast_precision_loss, reason = "a zip of 2^52 bytes is none")]
    let code = code_bytes as f64 / 1e9;
    let runs = format!("{},{:03} runs", SWEEPS / 1_000, SWEEPS % 1_000);
    let each = |n: u32, price: Price| format!("{n} x {:.2}", price.dollars);
    let parts = [
        part("dashboard", 1.0, DASHBOARD, each(1, DASHBOARD), Some("3 dashboards")),
        part("metrics", METRICS.into(), METRIC, each(METRICS, METRIC), Some("10 metrics")),
        part("alarms", ALARMS.into(), ALARM, each(ALARMS, ALARM), Some("10 alarms")),
        part(
            "run time",
            sweeps * SECONDS_A_RUN * MEMORY_GB,
            second,
            format!("{runs} x {SECONDS_A_RUN} s x {MEMORY_GB} GB x {}", second.dollars),
            Some("400,000 GB-s"),
        ),
        part(
            "log",
            logged,
            LOG_GB,
            format!("{runs} x {LOGGED_KB_A_RUN} KB x {:.2} a GB", LOG_GB.dollars),
            Some("5 GB"),
        ),
        part(
            "runs",
            sweeps,
            REQUEST,
            format!("{runs} x {:.2} a million", REQUEST.dollars * 1e6),
            Some("1 million"),
        ),
        part(
            "log, kept",
            kept,
            LOG_KEPT_GB,
            format!("{log_days} days, compressed, x {:.2} a GB", LOG_KEPT_GB.dollars),
            Some("5 GB"),
        ),
        part(
            "mails",
            MAILS.into(),
            MAIL,
            format!("up to {MAILS} x {:.2} a thousand", MAIL.dollars * 1e3),
            Some("1,000 mails"),
        ),
        part(
            "code in S3",
            code,
            BUCKET_GB,
            format!("{:.1} MB x {} a GB", code * 1e3, BUCKET_GB.dollars),
            None,
        ),
    ];
    let (mut lines, mut dollars, mut beyond) = (Vec::new(), 0.0, 0.0);
    for (line, not_free) in parts {
        dollars += line.dollars;
        beyond += not_free;
        lines.push(line);
    }
    lines.sort_by(|a, b| b.dollars.total_cmp(&a.dollars));
    Cost {
        dollars_a_month: dollars,
        dollars_beyond_the_free_tier: beyond,
        prices_of: PRICED_REGION,
        prices_from: LOOKED_UP,
        lines,
    }
}

/// A line, and what of it is not free.
fn part(
    what: &'static str,
    units: f64,
    price: Price,
    how: String,
    free: Option<&'static str>,
) -> (CostLine, f64) {
    let not_free = (units - price.free).max(0.0) * price.dollars;
    (CostLine { what, dollars: units * price.dollars, how, free }, not_free)
}
