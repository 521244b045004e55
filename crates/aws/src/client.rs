//! Clients of the SDK, set up for a failover: short timeouts, no retries of their own, connections ready for a burst.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use hopover_core::config::Config;
use hopover_core::id::Region;

use crate::whole::WholeAnswers;

/// How long a connection may take to stand. In a region it takes a few milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a call may take as a whole, with the credentials that it may have to fetch. A reply that is lost must be noticed
/// while there is time to look again.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept: longer than any pause within a pass (8 s), so that the verifying look finds it;
/// shorter than the time after which a frozen Lambda sandbox, or a NAT gateway between, has lost it without a word. A call on
/// such a connection would hang for [`CALL_TIMEOUT`], while a new one costs a few round trips.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// EC2 in one region, as hopover uses it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) region: Region,
    /// Set once the endpoint has shown that it does not know the interface filter, see [`Aws::observe`].
    pub(crate) asks_by_vpc: Arc<AtomicBool>,
}

/// One [`Aws`] for every region of a configuration, and SNS.
///
/// They share credentials and connections.
#[derive(Debug, Clone)]
pub struct Clients {
    pub(crate) base: SdkConfig,
    by_region: BTreeMap<Region, Aws>,
}

impl Aws {
    /// Sets up the client for a region.
    ///
    /// The SDK's own environment counts: `AWS_ENDPOINT_URL`, `AWS_PROFILE`, roles, `HTTPS_PROXY`. Nothing is sent to EC2 yet,
    /// and credentials that are missing show at the first call.
    pub async fn connect(region: &Region) -> Self {
        Self::new(&load(region).await, region)
    }

    pub(crate) fn new(base: &SdkConfig, region: &Region) -> Self {
        let config = aws_sdk_ec2::config::Builder::from(base)
            .region(sdk_region(region))
            .interceptor(WholeAnswers)
            .build();
        Self {
            ec2: aws_sdk_ec2::Client::from_conf(config),
            region: region.clone(),
            asks_by_vpc: Arc::new(AtomicBool::new(false)),
        }
    }
}

impl Clients {
    /// Sets up clients for every region of the configuration, see [`Aws::connect`].
    pub async fn connect(config: &Config) -> Self {
        let regions: BTreeSet<_> = config.groups.iter().map(|group| &group.region).collect();
        // A configuration has at least one group. Without one, no region is ever asked for.
        let base = match regions.first() {
            Some(first) => load(first).await,
            None => SdkConfig::builder().build(),
        };
        let by_region = regions.into_iter().map(|region| (region.clone(), Aws::new(&base, region))).collect();
        Self { base, by_region }
    }

    /// The client for a region.
    pub fn of(&self, region: &Region) -> Aws {
        self.by_region.get(region).cloned().unwrap_or_else(|| Aws::new(&self.base, region))
    }
}

pub(crate) fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}

/// What every client has in common.
async fn load(region: &Region) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(sdk_region(region))
        .http_client(http_client())
        // A pass decides what is tried again, and when. A hidden second attempt would also hide a lost reply.
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(CALL_TIMEOUT).build(),
        )
        // The limit on the whole call covers a stalled one.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .load()
        .await
}

/// The SDK's default client with ring instead of aws-lc, and with connections that are given up in time. There is no limit
/// on their number: a full token bucket lets 50 writes run side by side.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(ProxyConfig::from_env())
            .pool_idle_timeout(IDLE_TIMEOUT);
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    })
}
