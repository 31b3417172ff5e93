// The crate eventsource-client. Prints `NAME<tab>ID<tab>DATA` for each event.
use eventsource_client::{Client, ClientBuilder, ReconnectOptions, SSE};
use futures::StreamExt;
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("usage: launchdarkly URL");
    let again = ReconnectOptions::reconnect(true).delay(Duration::from_millis(300)).build();
    let client = ClientBuilder::for_url(&url).expect("a URL").reconnect(again).build_http();
    let mut stream = client.stream();
    while let Some(next) = stream.next().await {
        match next {
            Ok(SSE::Event(event)) => {
                println!("{}\t{}\t{}", event.event_type, event.id.unwrap_or_default(), event.data)
            }
            Ok(_) => {}
            Err(error) => eprintln!("{error}"), // it reconnects by itself
        }
    }
}
