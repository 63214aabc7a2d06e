//! Where connections come in: as they are on this computer, under TLS from elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;

use super::tls::Identity;

/// A browser greets at once; who does not is hung up on.
const GREETING: Duration = Duration::from_secs(10);

/// So many may be greeting at a time; more wait unanswered.
const GREETINGS: usize = 64;

/// How long to wait when the system gives no more connections.
const BREATH: Duration = Duration::from_millis(100);

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Ready connections, from whichever kind of listener.
pub(super) struct Door {
    address: SocketAddr,
    ready: mpsc::Receiver<(Box<dyn Stream>, SocketAddr)>,
}

/// From where a request comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Door {
    /// Takes connections from now on, on the runtime that runs this.
    pub(super) fn open(listener: TcpListener, identity: Option<Identity>) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (give, ready) = mpsc::channel(1);
        tokio::spawn(take(listener, identity, give));
        Ok(Self { address, ready })
    }
}

type Give = mpsc::Sender<(Box<dyn Stream>, SocketAddr)>;

async fn take(listener: TcpListener, identity: Option<Identity>, give: Give) {
    let acceptor = identity.map(|identity| TlsAcceptor::from(identity.config));
    let greetings = Arc::new(Semaphore::new(GREETINGS));
    while !give.is_closed() {
        let taken = tokio::select! {
            () = give.closed() => return,
            taken = listener.accept() => taken,
        };
        let Ok((stream, peer)) = taken else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        match &acceptor {
            None => drop(give.send((Box::new(stream), peer)).await),
            Some(acceptor) => {
                let Ok(turn) = Arc::clone(&greetings).acquire_owned().await else {
                    return;
                };
                let (acceptor, give) = (acceptor.clone(), give.clone());
                tokio::spawn(async move {
                    greet(acceptor, stream, (peer, give)).await;
                    drop(turn);
                });
            }
        }
    }
}

async fn greet(acceptor: TlsAcceptor, stream: TcpStream, (peer, give): (SocketAddr, Give)) {
    let greeted = tokio::time::timeout(GREETING, acceptor.accept(stream)).await;
    // Whoever does not speak TLS gets nothing.
    if let Ok(Ok(stream)) = greeted {
        let _ = give.send((Box::new(stream), peer)).await;
    }
}

impl Listener for Door {
    type Io = Box<dyn Stream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}
