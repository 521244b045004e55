//! List prices, in US dollars. They change, and differ by region: what is shown says so.
//!
//! From the price pages of Lambda, CloudWatch, SNS, SQS, EventBridge and S3.

/// When they were looked up.
pub const LOOKED_UP: &str = "November 2026";

/// The region that they are of.
pub const PRICED_REGION: &str = "us-east-1";

/// A price, and how much of it an account has for nothing every month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Price {
    /// US dollars for one unit.
    pub(super) dollars: f64,
    /// So many units are free; 0 if none are.
    pub(super) free: f64,
}

/// Lambda, a request.
pub(super) const REQUEST: Price = Price { dollars: 0.20 / 1e6, free: 1e6 };
/// Lambda on ARM, a GB of memory for one second.
pub(super) const ARM_GB_SECOND: Price = Price { dollars: 0.000_013_333_4, free: 400_000.0 };
/// Lambda on x86, the same. The free seconds are shared with ARM.
pub(super) const X86_GB_SECOND: Price = Price { dollars: 0.000_016_666_7, free: 400_000.0 };
/// CloudWatch, a metric of one's own, a month.
pub(super) const METRIC: Price = Price { dollars: 0.30, free: 10.0 };
/// CloudWatch, an alarm on one metric, a month.
pub(super) const ALARM: Price = Price { dollars: 0.10, free: 10.0 };
/// CloudWatch, a dashboard, a month.
pub(super) const DASHBOARD: Price = Price { dollars: 3.00, free: 3.0 };
/// CloudWatch, a GB of log taken in.
pub(super) const LOG_GB: Price = Price { dollars: 0.50, free: 5.0 };
/// CloudWatch, a GB of log kept for a month, compressed to about 15%.
pub(super) const LOG_KEPT_GB: Price = Price { dollars: 0.03, free: 5.0 };
/// SNS, a mail.
pub(super) const MAIL: Price = Price { dollars: 2.00 / 100_000.0, free: 1_000.0 };
/// S3, a GB kept for a month.
pub(super) const BUCKET_GB: Price = Price { dollars: 0.023, free: 0.0 };
