//! The server: receives, waits, changes, waits, answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;

use super::wire::{self, Parameters};
use super::world::{Call, Layout, Record, World};
use crate::http::{self, Listening, Received};

/// How coarse tokio's timer is: it counts milliseconds, and so does the wait for the sockets.
const COARSE: Duration = Duration::from_millis(2);

/// A running server.
#[derive(Debug)]
pub struct Ec2 {
    /// Its endpoint, without a path.
    pub url: String,
    state: Arc<Mutex<State>>,
    listening: Listening,
}

#[derive(Debug)]
struct State {
    latency: Duration,
    world: World,
}

impl Ec2 {
    /// A server with routes as laid out, which all point at the first member, and with a latency on every call.
    pub fn start(layout: Layout, latency: Duration) -> Self {
        let state = Arc::new(Mutex::new(State { latency, world: World::new(layout) }));
        let shared = Arc::clone(&state);
        let listening = http::serve("ec2", move |received| answer(Arc::clone(&shared), received));
        Self { url: format!("http://{}", listening.address), state, listening }
    }

    /// Closes every connection, as the idle timeouts on the way to EC2 do.
    pub fn hang_up(&self) {
        self.listening.hang_up();
    }

    /// Takes what was recorded since the last time.
    pub fn take_record(&self) -> Record {
        std::mem::take(&mut lock(&self.state).world.record)
    }
}

async fn answer(state: Arc<Mutex<State>>, received: Received) -> Response<Full<Bytes>> {
    let call = Parameters::from_form(&received.body);
    let latency = lock(&state).latency;
    sleep_until(received.at + latency / 2).await;
    let result = wire::perform(&call, &mut lock(&state).world, Instant::now());
    sleep_until(received.at + latency).await;
    lock(&state).world.record.calls.push(Call {
        action: call.get("Action").to_owned(),
        received: received.at,
        answered: Instant::now(),
    });
    let (status, document) = match result {
        Ok(document) => (200, document),
        Err(refusal) => (400, wire::refused(&refusal)),
    };
    Response::builder()
        .status(status)
        .header("Content-Type", "text/xml;charset=UTF-8")
        .body(Full::from(document))
        .expect("a complete response")
}

/// Waits exactly: the last, short part blocks the thread, which is this server's own.
async fn sleep_until(moment: Instant) {
    let left = || moment.saturating_duration_since(Instant::now());
    if let Some(long) = left().checked_sub(COARSE) {
        tokio::time::sleep(long).await;
    }
    std::thread::sleep(left());
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
