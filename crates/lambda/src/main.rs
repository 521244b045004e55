//! `bootstrap`: hopover as an AWS Lambda function on `provided.al2023`.

#![forbid(unsafe_code)]

mod function;
mod log;
mod told;

use std::process::ExitCode;

use function::Function;
use hopover_core::config::Config;
use lambda_runtime::{LambdaEvent, service_fn};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The documented exit code for a mistake in the configuration.
const CONFIGURATION: u8 = 10;

/// The documented exit code for a program that is not used as it is meant.
const USAGE: u8 = 2;

/// Where Lambda offers events. Source: "Using the Lambda runtime API", environment variables.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    log::init();
    let config = match Config::from_env(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => {
            log::line("error", None, &format!("configuration: {error}"), &());
            return ExitCode::from(CONFIGURATION);
        }
    };
    if std::env::var_os(RUNTIME_API).is_none() {
        let text = format!(
            "there is no Lambda here: {RUNTIME_API} is not set. This is the function's program; at a terminal use `hopover`"
        );
        log::line("error", None, &text, &());
        return ExitCode::from(USAGE);
    }
    let function = Function::prepare(config).await;
    let handler = service_fn(|event: LambdaEvent<serde_json::Value>| function.handle(event));
    match lambda_runtime::run(handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::line("error", None, &format!("the Lambda runtime ended: {error}"), &());
            ExitCode::FAILURE
        }
    }
}
