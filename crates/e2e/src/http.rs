//! HTTP servers on 127.0.0.1, each in a thread and a runtime of its own, so that neither the caller nor another server
//! disturbs their timing.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;

/// A request that has come in whole.
#[derive(Debug)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path, without a query.
    pub path: String,
    /// The body.
    pub body: Bytes,
    /// When its head was read.
    pub at: Instant,
}

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    hang_up: watch::Sender<()>,
}

impl Listening {
    /// Closes every connection.
    pub fn hang_up(&self) {
        self.hang_up.send_replace(());
    }
}

/// Serves every request with `handler`, with keep-alive, side by side.
pub fn serve<H, F>(name: &str, handler: H) -> Listening
where
    H: Fn(Received) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket of our own");
    let address = listener.local_addr().expect("a bound socket has an address");
    let (hang_up, closed) = watch::channel(());
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let mut dropped = closed.clone();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, &closed, Arc::new(handler)) => {}
                    () = async { while dropped.changed().await.is_ok() {} } => {}
                }
            });
        })
        .expect("a thread");
    Listening { address, hang_up }
}

async fn accept<H, F>(listener: TcpListener, closed: &watch::Receiver<()>, handler: Arc<H>)
where
    H: Fn(Received) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener).expect("a socket that does not block");
    while let Ok((stream, _)) = listener.accept().await {
        // Else a reply may wait for the acknowledgement of the one before.
        stream.set_nodelay(true).expect("a TCP socket");
        let handler = Arc::clone(&handler);
        let service = service_fn(move |request| answer(Arc::clone(&handler), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let mut closed = closed.clone();
        closed.mark_unchanged();
        tokio::spawn(async move {
            tokio::select! {
                // A client that goes away in mid-request is its own affair.
                _ = connection => {}
                _ = closed.changed() => {}
            }
        });
    }
}

async fn answer<H, F>(
    handler: Arc<H>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible>
where
    H: Fn(Received) -> F,
    F: Future<Output = Response<Full<Bytes>>>,
{
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes);
    let received = Received {
        method: head.method,
        path: head.uri.path().to_owned(),
        body: body.unwrap_or_default(),
        at,
    };
    Ok(handler(received).await)
}
